import { OUTCOMES } from './outcomes.ts';

/** Words of 32 bits in a record: two doubles and six numbers. A multiple of two keeps the doubles aligned. */
export const RECORD_WORDS = 10;
/** Doubles, counted in doubles from the record's begin: when the read returned, in the agent's monotonic milliseconds. */
export const READ_AT = 0;
/** From the return of the read to the return of the write, in milliseconds; or one of the two below. */
export const LATENCY = 1;
/** Nothing was read, or nothing is to be written. */
export const NO_LATENCY = -1;
/** The answer is still to be written. */
export const UNWRITTEN = -2;
/** The rest, counted in words. The address, 0 of an L2 miss. */
export const DESTINATION = 4;
/** See `packEnding`. */
export const ENDING = 5;
/** Of the lease; 0 and length 0 without one. */
export const SUBNET = 6;
/** Where its host is on the underlay. */
export const ENDPOINT = 7;
/** Of the host's device: four bytes, and the other two. */
export const MAC_HIGH = 8;
export const MAC_LOW = 9;

/** The journal's header: how many records were ever written; it wraps. */
export const HEAD = 0;
export const HEADER_WORDS = 2;

/** Ending in the low byte, prefix length (0 to 32), errno (0 to 133). */
export function packEnding(ending: number, length: number, errno: number): number {
  return ending | (length << 8) | (errno << 16);
}

export function endingIn(packed: number): number {
  return packed & 0xff;
}

export function lengthIn(packed: number): number {
  return (packed >> 8) & 0xff;
}

export function errnoIn(packed: number): number {
  return packed >>> 16;
}

/** The same kind and phase with another outcome. */
export function withOutcome(ending: number, outcome: number): number {
  return Math.floor(ending / OUTCOMES.length) * OUTCOMES.length + outcome;
}

/** Shared memory for so many records, a power of two. */
export function journalMemory(records: number): SharedArrayBuffer {
  return new SharedArrayBuffer((HEADER_WORDS + records * RECORD_WORDS) * Int32Array.BYTES_PER_ELEMENT);
}

/** How many records fit. */
export function recordsIn(memory: SharedArrayBuffer): number {
  return (memory.byteLength / Int32Array.BYTES_PER_ELEMENT - HEADER_WORDS) / RECORD_WORDS;
}
