import { errnoName } from '../../src/base/errno.ts';
import { BenchFault } from './bench-fault.ts';
import { quantile, type Summary, summarise } from './statistics.ts';

/** What a miss cost: for each destination the first round trip less the second. */
export interface Pairs {
  readonly costs: readonly number[];
  readonly firsts: readonly number[];
  readonly seconds: readonly number[];
  /** Destinations of which either echo stayed without an answer. */
  readonly unanswered: number;
}

/**
 * Reads what `sender pairs` wrote: two round trips per destination in nanoseconds. Gives microseconds.
 *
 * @throws BenchFault when the bytes are not whole records
 */
export function readPairs(bytes: Buffer): Pairs {
  const answered = records(bytes, 2).filter(([first, second]) => first > 0 && second > 0);
  return {
    costs: answered.map(([first, second]) => (first - second) / 1e3),
    firsts: answered.map(([first]) => first / 1e3),
    seconds: answered.map(([, second]) => second / 1e3),
    unanswered: bytes.length / 16 - answered.length,
  };
}

/** One burst, from the first datagram sent to the last that came. */
export interface Burst {
  /** Datagrams that the kernel accepted. */
  readonly accepted: number;
  /** Those that it refused, by the errno's name. */
  readonly refused: Readonly<Record<string, number>>;
  /** Accepted ones that came. */
  readonly answered: number;
  /** Seconds from the first datagram sent to the last that came, and to the last one sent. */
  readonly seconds: number;
  readonly sendingSeconds: number;
  readonly perSecond: number;
  /** Microseconds from sending to coming. */
  readonly waits: Summary;
  /** The p99 of the waits of each whole second, by the time of sending. */
  readonly tails: readonly number[];
}

/** What `sender burst` and `responder` wrote; both stamp with the same clock. */
export interface BurstFiles {
  readonly sent: Buffer;
  readonly arrived: Buffer;
}

/**
 * When the datagram to each destination came, in nanoseconds of CLOCK_MONOTONIC, 0 where none did.
 *
 * @throws BenchFault when the bytes are not whole records
 */
export function readArrivals(arrived: Buffer): number[] {
  return records(arrived, 1).map(([time]) => time);
}

/** @throws BenchFault when the files do not belong together */
export function joinBurst(files: BurstFiles): Burst {
  const sent = records(files.sent, 2);
  const arrived = readArrivals(files.arrived);
  if (sent.length !== arrived.length) {
    throw new BenchFault('burst', `${sent.length} sent and ${arrived.length} awaited`, 'equal numbers');
  }
  const refused: Record<string, number> = {};
  const waits: number[] = [];
  const first = sent[0]?.[0] ?? 0;
  const bySecond: number[][] = [];
  let accepted = 0;
  let last = 0;
  for (const [index, [time, errno]] of sent.entries()) {
    const arrival = arrived[index] ?? 0;
    if (errno > 0) {
      const name = errnoName(errno);
      refused[name] = (refused[name] ?? 0) + 1;
      continue;
    }
    accepted += 1;
    if (arrival > 0) {
      // The kernel's wall-clock stamp is turned into the sender's clock, which may be off by a microsecond.
      const wait = Math.max(arrival - time, 0) / 1e3;
      waits.push(wait);
      const second = Math.floor((time - first) / 1e9);
      bySecond[second] = bySecond[second] ?? [];
      bySecond[second].push(wait);
      last = Math.max(last, arrival);
    }
  }
  const seconds = (last - first) / 1e9;
  return {
    accepted,
    refused,
    answered: waits.length,
    seconds,
    sendingSeconds: ((sent.at(-1)?.[0] ?? first) - first) / 1e9,
    perSecond: seconds > 0 ? waits.length / seconds : 0,
    waits: summarise(waits),
    tails: bySecond.map((some) => quantile(some, 0.99)),
  };
}

/**
 * Records of 64-bit numbers. Times since boot stay below 2^53 nanoseconds for 104 days; above, a double rounds to two.
 */
function records(bytes: Buffer, width: 1 | 2): (readonly [number, number])[] {
  const size = width * 8;
  if (bytes.length === 0 || bytes.length % size !== 0) {
    throw new BenchFault('samples', `${bytes.length} bytes`, `a multiple of ${size}`);
  }
  const numbers = new BigUint64Array(Uint8Array.from(bytes).buffer);
  return Array.from({ length: bytes.length / size }, (_, index) => [
    Number(numbers[index * width] ?? 0n),
    width === 1 ? 0 : Number(numbers[index * width + 1] ?? 0n),
  ]);
}
