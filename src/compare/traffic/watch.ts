import { FOREIGN } from './echo-frames.ts';

/** A destination is silent when nothing that was sent for so long was answered. */
const SILENCE_MS = 50;

/** Destinations that are asked again and again until what is wanted of them happens. */
export class Watch {
  readonly moments: (number | null)[];
  pending: number;
  readonly #wanted: 'answers' | 'silence';
  /** When the first request was sent that nothing has answered since. */
  readonly #unanswered: Float64Array;

  constructor(count: number, wanted: 'answers' | 'silence') {
    this.moments = new Array<number | null>(count).fill(null);
    this.pending = count;
    this.#wanted = wanted;
    this.#unanswered = new Float64Array(count);
  }

  isPending(index: number): boolean {
    return this.moments[index] === null;
  }

  sent(index: number, moment: number): void {
    if (this.#unanswered[index] === 0) {
      this.#unanswered[index] = moment;
    }
  }

  answered(index: number, moment: number): void {
    if (index === FOREIGN || !this.isPending(index)) {
      return;
    }
    this.#unanswered[index] = 0;
    if (this.#wanted === 'answers') {
      this.#settle(index, moment);
    }
  }

  judge(now: number): void {
    if (this.#wanted === 'silence') {
      for (const [index, since] of this.#unanswered.entries()) {
        if (this.isPending(index) && since > 0 && now - since >= SILENCE_MS) {
          this.#settle(index, since);
        }
      }
    }
  }

  #settle(index: number, moment: number): void {
    this.moments[index] = moment;
    this.pending -= 1;
  }
}
