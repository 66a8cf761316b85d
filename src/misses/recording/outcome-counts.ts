import {
  ALL_ENDINGS,
  ENDINGS,
  type Ending,
  endingOf,
  OUTCOMES,
  type Outcome,
  PHASES,
  type Phase,
} from './outcomes.ts';

/** How many misses ended in which way. One writer, any number of readers; see `Counters` for why these are doubles. */
export class OutcomeCounts {
  readonly memory: SharedArrayBuffer;
  readonly #values: Float64Array;

  constructor(memory = new SharedArrayBuffer(ENDINGS * Float64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#values = new Float64Array(memory);
  }

  /** @param ending see `endingOf` */
  add(ending: number, count = 1): void {
    this.#values[ending] = (this.#values[ending] ?? 0) + count;
  }

  /** @param ending see `endingOf` */
  at(ending: number): number {
    return this.#values[ending] ?? 0;
  }

  /** Of L3 misses in one phase. */
  of(phase: Phase, outcome: Outcome): number {
    return this.at(endingOf(0, PHASES.indexOf(phase), OUTCOMES.indexOf(outcome)));
  }

  /** Of L2 misses. */
  ofL2(outcome: Outcome): number {
    return this.at(endingOf(1, 0, OUTCOMES.indexOf(outcome)));
  }

  /** L2 misses, however they ended. */
  get inAllL2(): number {
    return OUTCOMES.reduce((sum, outcome) => sum + this.ofL2(outcome), 0);
  }

  /** Every ending with its number, those that never happened included. */
  all(): (Ending & { readonly count: number })[] {
    return ALL_ENDINGS.map((ending, place) => ({ ...ending, count: this.at(place) }));
  }
}
