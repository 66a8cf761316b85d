import { errnoName } from '../../base/errno.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Prefix } from '../../net/prefix.ts';
import {
  DESTINATION,
  ENDING,
  ENDPOINT,
  endingIn,
  errnoIn,
  HEAD,
  HEADER_WORDS,
  lengthIn,
  MAC_HIGH,
  MAC_LOW,
  READ_AT,
  RECORD_WORDS,
  recordsIn,
  SUBNET,
} from './journal-layout.ts';
import { ALL_ENDINGS, type Ending, type Outcome } from './outcomes.ts';

/** One miss, as it ended. */
export interface MissRecord extends Ending {
  /** Counts from the agent's start; wraps at 2^32. */
  readonly number: number;
  /** When the read returned, in monotonic milliseconds. */
  readonly readAt: number;
  /** Undefined of an L2 miss. */
  readonly destination: Ipv4 | undefined;
  /** Of the lease that covers it; undefined without one. */
  readonly subnet: Prefix | undefined;
  /** Where its host is on the underlay. */
  readonly endpoint: Ipv4 | undefined;
  /** Of its host's device; of an L2 miss, of the frame. Six bytes. */
  readonly mac: Uint8Array | undefined;
  /** From the return of the read to the return of the write, in milliseconds; undefined when nobody can tell. */
  readonly latency: number | undefined;
  /** By which name the kernel refused the answer. */
  readonly errno: string | undefined;
}

/** What is looked for in many records: of each no more than that, in one object for all of them. */
export interface Glance {
  outcome: Outcome | undefined;
  destination: Ipv4 | undefined;
  readAt: number;
}

/** The reader's end of the journal. It never makes the writer wait: what is overwritten meanwhile is left out. */
export class JournalReader {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
    this.#doubles = new Float64Array(memory);
    this.#capacity = recordsIn(memory);
  }

  /** How many records were ever written; wraps at 2^32. */
  get head(): number {
    return Atomics.load(this.#words, HEAD) >>> 0;
  }

  /**
   * The first record at or behind `number` that is still there; the head when there is none. The writer is given a few
   * records' start, so that what is read is whole.
   */
  oldestFrom(number: number): number {
    const { head } = this;
    const behind = (head - number) >>> 0;
    const kept = Math.min(behind, Math.floor(this.#capacity * 0.75));
    return (head - kept) >>> 0;
  }

  /** A record that was published. Undefined when it is overwritten by now. */
  read(number: number): MissRecord | undefined {
    const at = this.#at(number);
    const words = this.#words.slice(at, at + RECORD_WORDS);
    const [readAt = 0, latency = 0] = new Float64Array(words.buffer, 0, 2);
    const isWhole = (this.head - number) >>> 0 <= this.#capacity * 0.75;
    return isWhole ? decode(number, words, readAt, latency) : undefined;
  }

  /** Of a record, without making an object: its address; 0 of an L2 miss. */
  destinationOf(number: number): Ipv4 {
    return (this.#words[this.#at(number) + DESTINATION] ?? 0) >>> 0;
  }

  /** Puts what a record looks like into the object. Who wants the record then reads it: it may be overwritten meanwhile. */
  glance(number: number, into: Glance): void {
    const at = this.#at(number);
    const ending = ALL_ENDINGS[endingIn(this.#words[at + ENDING] ?? 0)];
    into.outcome = ending?.outcome;
    into.destination = ending?.kind === 'L2' ? undefined : (this.#words[at + DESTINATION] ?? 0) >>> 0;
    into.readAt = this.#doubles[at / 2 + READ_AT] ?? 0;
  }

  #at(number: number): number {
    return HEADER_WORDS + (number & (this.#capacity - 1)) * RECORD_WORDS;
  }
}

function decode(number: number, words: Int32Array, readAt: number, latency: number): MissRecord | undefined {
  const packed = words[ENDING] ?? 0;
  const ending = ALL_ENDINGS[endingIn(packed)];
  if (ending === undefined) {
    return undefined;
  }
  const length = lengthIn(packed);
  const hasHost = length > 0;
  const isFrame = ending.kind === 'L2';
  const errno = errnoIn(packed);
  return {
    ...ending,
    number,
    readAt,
    destination: isFrame ? undefined : (words[DESTINATION] ?? 0) >>> 0,
    subnet: hasHost ? { address: (words[SUBNET] ?? 0) >>> 0, length } : undefined,
    endpoint: words[ENDPOINT] === 0 ? undefined : (words[ENDPOINT] ?? 0) >>> 0,
    mac: hasHost || isFrame ? macOf(words[MAC_HIGH] ?? 0, words[MAC_LOW] ?? 0) : undefined,
    latency: latency < 0 ? undefined : latency,
    errno: errno === 0 ? undefined : errnoName(errno),
  };
}

function macOf(high: number, low: number): Uint8Array {
  const bytes = Buffer.alloc(6);
  bytes.writeInt32BE(high, 0);
  bytes.writeUInt16BE(low, 4);
  return bytes;
}
