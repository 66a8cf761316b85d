/** While misses come one by one, every so many writes ask whether others wait by now. */
const MARK_EVERY = 8;

/** Sequence numbers of marks: 2^30 and above, so that no other message of the socket has one of them. */
const FIRST = 0x4000_0000;
const COUNT = 0x3000_0000;

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
  #number = 0;

  /** Whether a mark is on its way back: then answers wait for it. */
  get outstanding(): boolean {
    return this.#outstanding;
  }

  /**
   * Tells with which sequence number the next write is to ask for an acknowledgement, and takes it for done; 0 when it
   * is not to. One mark at a time is on its way.
   *
   * @param wanted also when it would not be its turn
   */
  next(wanted = false): number {
    if (this.#outstanding) {
      return 0;
    }
    this.#unmarked += 1;
    this.#outstanding = wanted || this.#busy || this.#unmarked >= MARK_EVERY;
    if (!this.#outstanding) {
      return 0;
    }
    this.#unmarked = 0;
    this.#number = (this.#number + 1) % COUNT;
    return FIRST + this.#number;
  }

  /**
   * Hears of an acknowledgement.
   *
   * @param withMisses whether misses were read before it
   * @returns whether it was the mark that is waited for
   */
  cameBack(sequence: number, withMisses: boolean): boolean {
    if (!this.#outstanding || sequence !== FIRST + this.#number) {
      return false;
    }
    this.#outstanding = false;
    this.#busy = withMisses;
    return true;
  }

  /** The mark does not come back, or says nothing if it does. */
  lost(): void {
    this.#outstanding = false;
    this.#busy = false;
  }
}
