import type { Ipv4 } from '../../net/ipv4.ts';
import { highOf, lowOf } from '../../net/mac.ts';
import type { RemoteHost } from '../remote-host.ts';
import {
  DESTINATION,
  ENDING,
  ENDPOINT,
  endingIn,
  HEAD,
  HEADER_WORDS,
  LATENCY,
  lengthIn,
  MAC_HIGH,
  MAC_LOW,
  NO_LATENCY,
  packEnding,
  READ_AT,
  RECORD_WORDS,
  recordsIn,
  SUBNET,
  UNWRITTEN,
} from './journal-layout.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import { isRefused } from './outcomes.ts';

/** How far back the answer is looked for that the kernel refused: it was in one of the last few writes. */
const LOOKS_BACK = 2048;

/**
 * The writer's end of the journal: the latest misses in a ring of shared memory, the oldest overwritten. It waits for no
 * reader and allocates nothing. Records can be read when `publish` was called.
 */
export class Journal {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #mask: number;
  #head: number;

  /** @param memory see `journalMemory`; what is in it stays */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
    this.#doubles = new Float64Array(memory);
    this.#mask = recordsIn(memory) - 1;
    this.#head = this.#words[HEAD] ?? 0;
  }

  /** Number of the next record, signed: it wraps. */
  get head(): number {
    return this.#head;
  }

  /**
   * Adds a record of an L3 miss.
   *
   * @param readAt the one element is the time, in monotonic milliseconds
   * @param latency UNWRITTEN or NO_LATENCY
   * @param host undefined without a lease
   */
  add(
    readAt: Float64Array,
    latency: number,
    destination: Ipv4,
    ending: number,
    host: RemoteHost | undefined,
  ): void {
    const at = this.#at(this.#head);
    const words = this.#words;
    this.#doubles[at / 2 + READ_AT] = readAt[0] ?? 0;
    this.#doubles[at / 2 + LATENCY] = latency;
    words[at + DESTINATION] = destination;
    if (host === undefined) {
      words[at + ENDING] = ending;
      words.fill(0, at + SUBNET, at + RECORD_WORDS);
    } else {
      words[at + ENDING] = packEnding(ending, host.subnet.length, 0);
      words[at + SUBNET] = host.subnet.address;
      words[at + ENDPOINT] = host.endpoint ?? 0;
      words[at + MAC_HIGH] = host.macHigh;
      words[at + MAC_LOW] = host.macLow;
    }
    this.#head = (this.#head + 1) | 0;
  }

  /** Adds a record of an L2 miss. @param mac six bytes @param endpoint where it is, 0 when no lease names it */
  addFrame(readAt: Float64Array, mac: Uint8Array, ending: number, endpoint: Ipv4): void {
    this.add(readAt, NO_LATENCY, 0, ending, undefined);
    const at = this.#at(this.#head - 1);
    this.#words[at + ENDPOINT] = endpoint;
    this.#words[at + MAC_HIGH] = highOf(mac);
    this.#words[at + MAC_LOW] = lowOf(mac);
  }

  /** Of a record: whether its answer is still to be written. */
  isUnwritten(record: number): boolean {
    return this.#doubles[this.#at(record) / 2 + LATENCY] === UNWRITTEN;
  }

  /**
   * The answer was written; its latency goes into the histogram too. Numbers with a fraction go by way of arrays here, because
   * V8 makes an object of one that it hands from one function to another.
   *
   * @param times when its read returned and when its write did, in monotonic milliseconds
   */
  noteWritten(record: number, times: Float64Array, latencies: LatencyHistogram): void {
    const doubles = this.#doubles;
    const at = this.#at(record) / 2;
    doubles[at + READ_AT] = times[0] ?? 0;
    doubles[at + LATENCY] = (times[1] ?? 0) - (times[0] ?? 0);
    latencies.note(doubles, at + LATENCY);
  }

  /** The answer could not be written. */
  noteFailed(record: number, times: Float64Array): void {
    const at = this.#at(record) / 2;
    this.#doubles[at + READ_AT] = times[0] ?? 0;
    this.#doubles[at + LATENCY] = NO_LATENCY;
  }

  /** The number of the record's ending, see `endingOf`. */
  endingOf(record: number): number {
    return endingIn(this.#words[this.#at(record) + ENDING] ?? 0);
  }

  /** The record ended in another way than it seemed. */
  amend(record: number, ending: number, errno: number): void {
    const place = this.#at(record) + ENDING;
    this.#words[place] = packEnding(ending, lengthIn(this.#words[place] ?? 0), errno);
  }

  /**
   * The latest record of that address that was not refused yet, if it is one of the last few and not older than `since`;
   * undefined otherwise. Of two answers to one address that are refused each has a record.
   */
  latestOf(destination: Ipv4, since: number): number | undefined {
    return this.#latest(since, destination | 0, 0, 0);
  }

  /** The same of frames to a MAC. @param mac six bytes */
  latestFrameOf(mac: Uint8Array, since: number): number | undefined {
    return this.#latest(since, 0, highOf(mac), lowOf(mac));
  }

  /** Everything that was added can be read from now on. */
  publish(): void {
    Atomics.store(this.#words, HEAD, this.#head);
  }

  /** @param destination 0 for a frame, which is known by its MAC */
  #latest(since: number, destination: number, macHigh: number, macLow: number): number | undefined {
    const words = this.#words;
    const far = Math.min(LOOKS_BACK, this.#mask);
    for (let back = 1; back <= far; back++) {
      const record = (this.#head - back) | 0;
      const at = this.#at(record);
      if ((this.#doubles[at / 2 + READ_AT] ?? 0) < since) {
        return undefined;
      }
      const isFrame = words[at + MAC_HIGH] === macHigh && words[at + MAC_LOW] === macLow;
      const isOf = words[at + DESTINATION] === destination && (destination !== 0 || isFrame);
      if (isOf && !isRefused(this.endingOf(record))) {
        return record;
      }
    }
    return undefined;
  }

  #at(record: number): number {
    return HEADER_WORDS + (record & this.#mask) * RECORD_WORDS;
  }
}
