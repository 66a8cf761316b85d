import type { Clock } from '../base/clock.ts';

/** One part of a long piece of work, and how many seconds it takes on a usual machine. */
export interface Step {
  readonly title: string;
  readonly seconds: number;
}

/**
 * Says before each step what begins and how long the rest will take: the plan's seconds, stretched by how much longer
 * than planned the steps before took.
 */
export class Progress {
  readonly #clock: Clock;
  readonly #say: (line: string) => void;
  readonly #start: number;
  #left: number;
  #planned = 0;

  constructor(steps: readonly Step[], clock: Clock, say: (line: string) => void) {
    this.#clock = clock;
    this.#say = say;
    this.#start = clock.monotonic();
    this.#left = steps.reduce((sum, step) => sum + step.seconds, 0);
  }

  /** There is one more to come than was planned. */
  add({ seconds }: Step): void {
    this.#left += seconds;
  }

  begin({ title, seconds }: Step): void {
    const elapsed = (this.#clock.monotonic() - this.#start) / 1000;
    const stretch = this.#planned === 0 ? 1 : elapsed / this.#planned;
    this.#say(`[${elapsed.toFixed(0).padStart(4)} s, about ${inWords(this.#left * stretch)} left] ${title}`);
    this.#left -= seconds;
    this.#planned += seconds;
  }
}

function inWords(seconds: number): string {
  return seconds < 90 ? `${Math.max(Math.round(seconds), 1)} s` : `${Math.round(seconds / 60)} min`;
}
