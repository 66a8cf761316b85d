import type { Prefix } from '../../net/prefix.ts';
import type { RemoteHost } from '../remote-host.ts';

/** As many remote subnets are told apart; misses of others are counted together. */
export const SUBNETS_AT_MOST = 16_384;

/** Words of a row: address, prefix length, and a double for the count. */
const ROW_WORDS = 4;
const ADDRESS = 0;
const LENGTH = 1;
const COUNT_IN_DOUBLES = 1;

/** The first row is that of all others. Its address word says how many rows are in use beside it. */
const OTHERS = 0;

/** Misses of one remote subnet since the agent's start. */
export interface SubnetMisses {
  readonly subnet: Prefix;
  readonly misses: number;
}

/**
 * Misses by remote subnet, in shared memory; exact for the first SUBNETS_AT_MOST that had one. A subnet keeps its row when its
 * lease goes, and finds it again when it comes back.
 */
export class SubnetCounts {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #rows = new Map<string, number>();

  constructor(
    memory = new SharedArrayBuffer((SUBNETS_AT_MOST + 1) * ROW_WORDS * Int32Array.BYTES_PER_ELEMENT),
  ) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#doubles = new Float64Array(memory);
    for (let row = 1; row <= this.#used; row++) {
      this.#rows.set(keyOf(this.#subnetAt(row)), row);
    }
  }

  /** Counts a miss. Allocates only at the first one of a host. */
  note(host: RemoteHost): void {
    if (host.row < 0) {
      host.row = this.#rowOf(host.subnet);
    }
    const place = host.row * 2 + COUNT_IN_DOUBLES;
    this.#doubles[place] = (this.#doubles[place] ?? 0) + 1;
  }

  /** The misses of each row so far: first of all others, then in the order of `read`. */
  counts(): Float64Array {
    const counts = new Float64Array(Atomics.load(this.#words, ADDRESS) + 1);
    for (let row = 0; row < counts.length; row++) {
      counts[row] = this.#countOf(row);
    }
    return counts;
  }

  /** Every subnet that had a miss. @param before what `counts` told once: misses since then */
  read(before: Readonly<Float64Array> = new Float64Array()): SubnetMisses[] {
    const used = Atomics.load(this.#words, ADDRESS);
    const found: SubnetMisses[] = [];
    for (let row = 1; row <= used; row++) {
      const misses = this.#countOf(row) - (before[row] ?? 0);
      if (misses > 0) {
        found.push({ subnet: this.#subnetAt(row), misses });
      }
    }
    return found;
  }

  /** Misses of those that there was no row for. */
  get others(): number {
    return this.#countOf(OTHERS);
  }

  get #used(): number {
    return this.#words[ADDRESS] ?? 0;
  }

  #countOf(row: number): number {
    return this.#doubles[row * 2 + COUNT_IN_DOUBLES] ?? 0;
  }

  #rowOf(subnet: Prefix): number {
    const key = keyOf(subnet);
    const known = this.#rows.get(key);
    if (known !== undefined || this.#used === SUBNETS_AT_MOST) {
      return known ?? OTHERS;
    }
    const row = this.#used + 1;
    this.#words[row * ROW_WORDS + ADDRESS] = subnet.address;
    this.#words[row * ROW_WORDS + LENGTH] = subnet.length;
    this.#rows.set(key, row);
    Atomics.store(this.#words, ADDRESS, row);
    return row;
  }

  #subnetAt(row: number): Prefix {
    const at = row * ROW_WORDS;
    return { address: (this.#words[at + ADDRESS] ?? 0) >>> 0, length: this.#words[at + LENGTH] ?? 0 };
  }
}

function keyOf({ address, length }: Prefix): string {
  return `${address >>> 0}/${length}`;
}
