/** While misses come one by one, every so many writes ask whether others wait by now. */
const MARK_EVERY = 8;

/**
 * Decides when a write ends with a mark: an acknowledgement that the kernel puts behind the misses that wait already.
 *
 * A read cannot tell whether another miss waits behind it, and must not wait to find out. What is read before a mark
 * comes back waited when the mark was made, so it goes in one write, with a mark of its own. A mark that comes back
 * alone ends that, and misses are answered one by one again, which is the quickest for each.
 */
export class Marks {
  #outstanding = false;
  #busy = false;
  #unmarked = 0;

  /** Whether a mark is on its way back: then answers wait for it. */
  get outstanding(): boolean {
    return this.#outstanding;
  }

  /**
   * Tells whether the next write is to end with a mark, and takes it for done. One at a time is on its way.
   *
   * @param wanted also when it would not be its turn
   */
  next(wanted = false): boolean {
    if (this.#outstanding) {
      return false;
    }
    this.#unmarked += 1;
    this.#outstanding = wanted || this.#busy || this.#unmarked >= MARK_EVERY;
    if (this.#outstanding) {
      this.#unmarked = 0;
    }
    return this.#outstanding;
  }

  /** The mark came back, with misses read before it or without. */
  cameBack(withMisses: boolean): void {
    this.#outstanding = false;
    this.#busy = withMisses;
  }
}
