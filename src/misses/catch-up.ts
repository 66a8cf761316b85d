import { pokeMessage } from '../kernel/poke.ts';
import { u32 } from '../netlink/values.ts';

/** Sequence numbers of catch-up pokes: 2^29 and above, below those of marks. */
const FIRST = 0x2000_0000;
const COUNT = 0x2000_0000;

/** Offset of nlmsg_seq in nlmsghdr. */
const SEQUENCE_AT = 8;

/**
 * What a dump has to make good: misses only, or also entries that lead elsewhere than they should. A comparison is owed
 * where nothing was dropped: it waits for what is in the queue already, and may wait longer.
 */
export type Owed = 'nothing' | 'comparison' | 'misses' | 'everything';

/**
 * Tells when nothing is dropped any more, so that a dump finds all that was.
 *
 * After an overrun the kernel drops every notification until the queue has been read empty, an acknowledgement too
 * (net/netlink/af_netlink.c, netlink_attachskb). So each read is followed by a poke until one is acknowledged. Each
 * overrun has a number of its own: the acknowledgement of a poke from before it may still be in the queue, and says
 * nothing about what was dropped behind it.
 */
export class CatchUp {
  readonly #message = pokeMessage(FIRST);
  #number = 0;
  #owed: Owed = 'nothing';

  get isBehind(): boolean {
    return this.#owed !== 'nothing';
  }

  /** Whether a change of entries may have been lost, and nothing was compared since. */
  get isInDoubt(): boolean {
    return this.#owed === 'everything';
  }

  /** Something was dropped or refused; `everything`: also a change of entries, which nobody asks about again. */
  fallBehind(owed: 'misses' | 'everything'): void {
    this.#owe(this.#owed === 'everything' ? 'everything' : owed);
  }

  /**
   * Nothing was dropped, but what is in the queue is to be read before a comparison begins.
   *
   * @returns false while anything is owed: then it is to be asked for again
   */
  awaitQueue(): boolean {
    if (this.isBehind) {
      return false;
    }
    this.#owe('comparison');
    return true;
  }

  /** What asks the kernel whether it still drops. */
  poke(): Buffer {
    return this.#message;
  }

  /** Hears of an acknowledgement and tells what is to be made good now. */
  acknowledged(sequence: number): Owed {
    if (!this.isBehind || sequence !== FIRST + this.#number) {
      return 'nothing';
    }
    const owed = this.#owed;
    this.#owed = 'nothing';
    return owed;
  }

  #owe(owed: Owed): void {
    this.#number = (this.#number + 1) % COUNT;
    this.#owed = owed;
    u32.write(this.#message, SEQUENCE_AT, FIRST + this.#number);
  }
}
