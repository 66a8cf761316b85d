import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { formatPrefix } from '../net/prefix.ts';
import type { Lease, LeaseChange } from './lease.ts';
import type { StoreSigns } from './mirror.ts';

export interface RemovalHoldOptions {
  /** How long doubtful removals wait, in milliseconds up to a year; 0: no removal is ever doubted. */
  readonly holdMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** As the mirror tells it, without the removals that wait; they follow as those of a watch. */
  readonly onChanges: (changes: LeaseChange[], origin: 'list' | 'watch') => void;
}

export interface RemovalHoldStatus {
  /** How many leases are told to exist although the store has them no longer. */
  readonly waiting: number;
  /** When the last of the running holds ends: wall clock, milliseconds. Absent when none runs. */
  readonly until?: number;
  /** How often a hold began. */
  readonly begun: number;
}

/** What vanished at one time, and what joined it. */
interface Hold {
  /** Monotonic clock, milliseconds. */
  readonly begunAt: number;
  readonly until: number;
  /** By subnet. */
  readonly waiting: Map<string, Lease>;
  cameBack: number;
}

/** What vanishes within this time counts as vanished at once: expired etcd leases end one after the other. */
const SUDDEN_MS = 1000;
const NOTHING_DUE_MS = Number.MAX_SAFE_INTEGER;

/**
 * Stands between the mirror and whoever programs the leases. A store that was wiped or restored has lost its leases,
 * while the hosts are still there and claim again within seconds. So removals that look like that wait, and a lease that
 * comes back meanwhile was never gone.
 *
 * A hold is not prolonged, or a store in trouble would keep leases of hosts long gone for ever. Doubt that arises anew
 * begins another hold instead: what is doubted waits as long as the first did, and no lease longer than that.
 */
export class RemovalHold {
  readonly #options: RemovalHoldOptions;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  /** The oldest first, so that it is also the first to end. */
  readonly #holds: Hold[] = [];
  /** When subnets vanished that are gone still, the earliest first; older ones than matter are dropped. */
  readonly #vanished = new Map<string, number>();
  /** How many leases the store has. */
  #known = 0;
  #begun = 0;

  constructor(options: RemovalHoldOptions) {
    this.#options = options;
  }

  /** Ends the holds when it is time, until stopped. Rejects only when the listener throws. */
  async run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      const [oldest] = this.#holds;
      const wait = oldest === undefined ? NOTHING_DUE_MS : oldest.until - clock.monotonic();
      if (oldest !== undefined && wait <= 0) {
        this.#end(oldest);
      } else {
        this.#wake = new AbortController();
        await clock.sleep(wait, this.#wake.signal);
      }
    }
  }

  /** Ends `run()`; nothing is told any more, and what waits stays as it was told. */
  stop(): void {
    this.#stop.abort();
    this.#wake.abort();
  }

  /** Takes over what the mirror tells. A list is passed on even when nothing of it is left. */
  take(changes: readonly LeaseChange[], origin: 'list' | 'watch', signs: StoreSigns): void {
    if (this.#stop.signal.aborted) {
      return;
    }
    const removals = changes.filter(isRemoval).length;
    const hold = removals === 0 ? undefined : this.#holdFor(removals, signs);
    const told = changes.flatMap((change) => this.#sift(change, hold));
    if (told.length > 0 || origin === 'list') {
      this.#options.onChanges(told, origin);
    }
  }

  status(): RemovalHoldStatus {
    const { clock } = this.#options;
    const counts = {
      waiting: this.#holds.reduce((sum, { waiting }) => sum + waiting.size, 0),
      begun: this.#begun,
    };
    const last = this.#holds.at(-1);
    return last === undefined ? counts : { ...counts, until: clock.wall() + last.until - clock.monotonic() };
  }

  /** The hold that removals of now belong to: a new one if they are doubtful, else the one begun last, if any runs. */
  #holdFor(removals: number, signs: StoreSigns): Hold | undefined {
    const { holdMs, clock } = this.#options;
    const last = this.#holds.at(-1);
    const reason = this.#whyDoubtful(removals, signs);
    const belongs = last !== undefined && clock.monotonic() - last.begunAt < SUDDEN_MS;
    return holdMs === 0 || reason === undefined || belongs ? last : this.#begin(reason, removals);
  }

  /** Removals of the last second that were told already speak for doubt, but they are not taken back. */
  #whyDoubtful(removals: number, { wentBack, ownMissing }: StoreSigns): string | undefined {
    this.#forgetVanished();
    const gone = this.#vanished.size + removals;
    const known = this.#vanished.size + this.#known;
    if (wentBack) {
      return 'the store went back to an older state';
    }
    if (ownMissing) {
      return 'our own lease is gone too';
    }
    return gone >= 2 && gone * 2 >= known ? `${gone} of ${known} leases vanished within a second` : undefined;
  }

  #forgetVanished(): void {
    const before = this.#options.clock.monotonic() - SUDDEN_MS;
    for (const [subnet, at] of this.#vanished) {
      if (at > before) {
        return;
      }
      this.#vanished.delete(subnet);
    }
  }

  #begin(reason: string, leases: number): Hold {
    const { holdMs, clock, log } = this.#options;
    const begunAt = clock.monotonic();
    const hold: Hold = { begunAt, until: begunAt + holdMs, waiting: new Map(), cameBack: 0 };
    this.#holds.push(hold);
    this.#begun += 1;
    const until = new Date(clock.wall() + holdMs).toISOString();
    log.warn(
      { leases, reason, until },
      'leases vanished all at once: their removal waits for hosts to claim again',
    );
    this.#wake.abort();
    return hold;
  }

  #end(hold: Hold): void {
    const { log, onChanges } = this.#options;
    this.#holds.shift();
    const { waiting, cameBack } = hold;
    log.info({ cameBack, removed: waiting.size }, 'the wait for vanished leases is over');
    if (waiting.size > 0) {
      onChanges(
        Array.from(waiting.values(), (before) => ({ before })),
        'watch',
      );
    }
  }

  /** What of a change is told at once. */
  #sift(change: LeaseChange, hold: Hold | undefined): LeaseChange[] {
    const { before, after } = change;
    if (after === undefined) {
      return before === undefined ? [] : this.#vanish(before, hold);
    }
    return before === undefined ? this.#appear(after) : [change];
  }

  #vanish(lease: Lease, hold: Hold | undefined): LeaseChange[] {
    const subnet = formatPrefix(lease.subnet);
    this.#known -= 1;
    this.#vanished.set(subnet, this.#options.clock.monotonic());
    hold?.waiting.set(subnet, lease);
    return hold === undefined ? [{ before: lease }] : [];
  }

  #appear(lease: Lease): LeaseChange[] {
    const subnet = formatPrefix(lease.subnet);
    this.#known += 1;
    this.#vanished.delete(subnet);
    const hold = this.#holds.find(({ waiting }) => waiting.has(subnet));
    const before = hold?.waiting.get(subnet);
    if (hold === undefined || before === undefined) {
      return [{ after: lease }];
    }
    hold.waiting.delete(subnet);
    hold.cameBack += 1;
    return isSame(before, lease) ? [] : [{ before, after: lease }];
  }
}

function isRemoval({ after }: LeaseChange): boolean {
  return after === undefined;
}

/** The key counts too: `10.5.7.0-24` may come back as `10.5.7.0-24&fd00::-64`, and leases are known by their keys. */
function isSame(one: Lease, other: Lease): boolean {
  return one.mac === other.mac && one.publicIp === other.publicIp && one.key === other.key;
}
