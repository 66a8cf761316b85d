import type { Ipv4 } from '../net/ipv4.ts';
import { NUD_FAILED } from '../netlink/constants.ts';
import type { Counters } from './counters.ts';
import type { InstalledNeighbours } from './installed.ts';
import type { RemoteSubnets } from './remote-subnets.ts';

/** What somebody else does to the entries in the agent's care, and how much of it was put right. */
export class Interference {
  readonly #installed: InstalledNeighbours;
  readonly #subnets: Pick<RemoteSubnets, 'renew'>;
  readonly #counters: Counters;
  readonly #onMended: (entries: number) => void;
  /** What had been put right before; undefined: nobody interfered since the last comparison. */
  #before: number | undefined;

  constructor(
    installed: InstalledNeighbours,
    subnets: Pick<RemoteSubnets, 'renew'>,
    counters: Counters,
    onMended: (entries: number) => void = () => undefined,
  ) {
    this.#installed = installed;
    this.#subnets = subnets;
    this.#counters = counters;
    this.#onMended = onMended;
  }

  /**
   * Somebody else wrote an entry. One that was removed is given up at once: if it is in use, the next message asks for it
   * again, and nothing will be amiss when everything is compared. A gateway's is written again: nobody would ask for it.
   */
  note(destination: Ipv4, state: number): void {
    this.#before ??= this.#counters.get('mended');
    if (state !== NUD_FAILED) {
      return;
    }
    if (this.#installed.has(destination)) {
      this.#installed.forget(destination);
      this.#counters.add('mended');
    } else if (this.#subnets.renew(destination)) {
      this.#counters.add('mended');
    }
  }

  /** Somebody else wrote a forwarding entry, where those are in the resolver's care. */
  noteForwarding(): void {
    this.#before ??= this.#counters.get('mended');
  }

  /** Everything was compared. */
  compared(): void {
    if (this.#before !== undefined) {
      this.#onMended(this.#counters.get('mended') - this.#before);
      this.#before = undefined;
    }
  }
}
