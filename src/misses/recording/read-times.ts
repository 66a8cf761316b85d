/** Of reads that follow each other without a pause each so many-th looks at the clock; the others lie evenly between. */
const APART = 16;

/** Room for as many looks as one write has answers for, and more. */
const LOOKS = 64;

/**
 * When the reads returned whose misses wait for one write. Node's clock makes an object for each look at it (fs calls
 * aside, the only one on a miss's path), and takes a hundredth of the time that there is for a miss in a flood.
 */
export class ReadTimes {
  readonly #clock: () => number;
  readonly #looks = new Float64Array(LOOKS + 1);
  #count = 0;
  #reads = 0;

  /** @param clock monotonic milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** A read returned. */
  note(): void {
    if (this.#reads % APART === 0 && this.#count < LOOKS) {
      this.#looks[this.#count] = this.#clock();
      this.#count += 1;
    }
    this.#reads += 1;
  }

  /** The last read brought nothing that waits for the write. */
  undo(): void {
    this.#reads = Math.max(0, this.#reads - 1);
    if ((this.#count - 1) * APART === this.#reads) {
      this.#count -= 1;
    }
  }

  /** No more reads before the write. */
  end(): void {
    this.#looks[this.#count] = this.#reads === 1 ? (this.#looks[0] ?? 0) : this.#clock();
  }

  /** The next read is the first again. */
  clear(): void {
    this.#count = 0;
    this.#reads = 0;
  }

  /** Puts the time of a read (from 0) at the begin of an array; to be called after `end`. */
  put(read: number, into: Float64Array): void {
    const look = Math.min(Math.floor(read / APART), this.#count - 1);
    const first = look * APART;
    const reads = (look === this.#count - 1 ? this.#reads : first + APART) - first;
    const from = this.#looks[look] ?? 0;
    into[0] = from + (((this.#looks[look + 1] ?? 0) - from) * (read - first)) / reads;
  }
}
