import type { Sample } from './results.ts';

/** Where a sample belongs. */
export interface Cell {
  readonly contestant: string;
  readonly nodes: number;
  /** From 1 on. */
  readonly round: number;
}

/** Collects samples, and what was left out. */
export class Recorder {
  readonly samples: Sample[] = [];
  /** Samples of rounds that do not count. */
  readonly setAside: Sample[][] = [];
  readonly #leftOut = new Set<string>();

  get leftOut(): string[] {
    return [...this.#leftOut];
  }

  /**
   * Keeps the values of a series; those that are undefined or null were not measured and are left out.
   *
   * @param active the share of nodes that was talked to, where it matters
   */
  add(
    cell: Cell,
    series: string,
    values: readonly (number | null | undefined)[],
    active?: number | undefined,
  ): void {
    const measured = values.filter((value) => value !== null && value !== undefined).map(rounded);
    const share = active === undefined ? {} : { active };
    this.samples.push({ series, ...cell, ...share, values: measured });
  }

  /** What was recorded from that sample on does not count. */
  takeBack(from: number): void {
    this.setAside.push(this.samples.splice(from));
  }

  /** Notes once what was not measured and why, in a sentence. */
  leaveOut(sentence: string): void {
    this.#leftOut.add(sentence);
  }
}

/** A thousandth is finer than anything here is measured. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
