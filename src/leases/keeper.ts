import { backOff } from '../base/back-off.ts';
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { type Claim, LEASE_TTL_SECONDS, toClaim } from './claim.ts';
import { LeaseFault, StoreFault } from './faults.ts';
import { holderFault, ownerOf, rivalOf } from './holder.ts';
import type { HostIdentity } from './lease.ts';
import { releaseLease } from './release.ts';
import { RenewalTimer } from './renewal-timer.ts';
import { revokeOld } from './revoke-old.ts';
import type { LeaseStore, StoredLease, Written } from './store.ts';

export interface LeaseKeeperOptions {
  readonly store: LeaseStore;
  readonly claim: Claim;
  readonly identity: HostIdentity;
  /** How long before its end the lease is renewed: 1 to 1439 minutes. */
  readonly renewMarginMinutes: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Another host holds our subnet; called once, and the keeper does nothing after it. */
  readonly onLost: (fault: LeaseFault) => void;
}

export interface KeeperStatus {
  /** Wall clock, milliseconds; absent for a key that does not end. */
  readonly expiresAt?: number;
  readonly renewals: number;
  /** How often our key had to be written again because it was gone or unreadable. */
  readonly reclaims: number;
}

/** The wall clock is looked at this often, because it can jump and a suspended machine's timers stand still. */
const LONGEST_SLEEP_MS = 60_000;

/**
 * Holds our claim: renews it, and defends it when something else touches the key.
 *
 * What others report about the key is a hint only: it may be the echo of our own write, or a list read before it. The
 * keeper acts on what it reads itself, one step after the other, so that a read always follows its last write.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #timer: RenewalTimer;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #claim: Claim;
  #doubted = false;
  #running: Promise<void> = Promise.resolve();
  #renewals = 0;
  #reclaims = 0;

  /** @throws ConfigFault when the margin is out of its range */
  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#claim = options.claim;
    this.#timer = new RenewalTimer(options.clock, options.renewMarginMinutes);
    this.#timer.set(options.claim.expiresAt);
  }

  /** Keeps the claim until stopped or lost. Rejects only for what is neither trouble with etcd nor a loss. */
  run(): Promise<void> {
    this.#running = this.#loop();
    return this.#running;
  }

  stop(): void {
    this.#stop.abort();
    this.#wake.abort();
  }

  /** Takes note of our key as somebody saw it; undefined: it was not there. */
  observe(stored: StoredLease | undefined): void {
    const { modRevision, value } = this.#claim;
    if (stored?.modRevision !== modRevision || stored.value !== value) {
      this.#doubted = true;
      this.#wake.abort();
    }
  }

  /** Stops, then deletes the key if it is still ours. */
  async release(): Promise<void> {
    this.stop();
    await this.#running;
    await releaseLease(this.#options.store, this.#claim.name, this.#options.identity, this.#options.log);
  }

  status(): KeeperStatus {
    const { expiresAt } = this.#claim;
    const counts = { renewals: this.#renewals, reclaims: this.#reclaims };
    return expiresAt === undefined ? counts : { expiresAt, ...counts };
  }

  async #loop(): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; ) {
      try {
        await this.#step();
        attempt = 0;
      } catch (error) {
        if (error instanceof LeaseFault) {
          this.stop();
          this.#options.onLost(error);
        } else if (error instanceof StoreFault) {
          await this.#pause(error, attempt++);
        } else {
          throw error;
        }
      }
    }
  }

  async #step(): Promise<void> {
    const wait = this.#timer.untilDue();
    if (this.#doubted) {
      this.#doubted = false;
      await this.#check();
    } else if (wait <= 0) {
      await this.#renew();
    } else {
      this.#wake = new AbortController();
      await this.#options.clock.sleep(Math.min(wait, LONGEST_SLEEP_MS), this.#wake.signal);
    }
  }

  async #pause(fault: StoreFault, attempt: number): Promise<void> {
    const { clock, random, log } = this.#options;
    // A write that failed may have been carried out: look before doing anything else.
    this.#doubted = true;
    const retryInMs = Math.round(backOff(attempt, random));
    const fields = {
      key: this.#claim.key,
      retryInMs,
      cause: describeError(fault),
      expiresAt: this.#claim.expiresAt,
    };
    log.warn(fields, 'our lease could not be tended');
    await clock.sleep(retryInMs, this.#stop.signal);
  }

  async #renew(): Promise<void> {
    const { store, clock, log } = this.#options;
    const { name, value, modRevision, leaseId } = this.#claim;
    const begunAt = clock.wall();
    const written = await store.replace(name, value, {
      ifModRevision: modRevision,
      ttlSeconds: LEASE_TTL_SECONDS,
    });
    if (written === 'changed') {
      await this.#check();
      return;
    }
    this.#keep(written, begunAt);
    this.#renewals += 1;
    log.info({ key: written.key, expiresAt: this.#claim.expiresAt }, 'renewed our lease');
    await revokeOld(store, leaseId, log);
  }

  async #check(): Promise<void> {
    const { store, identity } = this.#options;
    const stored = await store.read(this.#claim.name);
    if (stored === undefined) {
      await this.#reclaim();
    } else if (stored.modRevision !== this.#claim.modRevision || stored.value !== this.#claim.value) {
      const owner = ownerOf(stored, identity);
      if (owner === 'unreadable') {
        await this.#restore(stored);
      } else if (owner === 'ours') {
        await this.#adopt(stored);
      } else {
        throw holderFault(stored, identity);
      }
    }
  }

  /** The key is gone: it is claimed again, unless somebody took the subnet under another key. */
  async #reclaim(): Promise<void> {
    const { store, clock, identity } = this.#options;
    const { name, value, subnet } = this.#claim;
    const rival = rivalOf(name, subnet, (await store.list()).entries);
    if (rival !== undefined) {
      throw holderFault(rival, identity);
    }
    const begunAt = clock.wall();
    const written = await store.create(name, value, LEASE_TTL_SECONDS);
    this.#reclaimed(written, begunAt, 'our lease had vanished and is claimed again');
  }

  /** Somebody wrote what is no lease over our key: no host holds it by that. */
  async #restore(stored: StoredLease): Promise<void> {
    const { store, clock } = this.#options;
    const { name, value } = this.#claim;
    const begunAt = clock.wall();
    const condition = { ifModRevision: stored.modRevision, ttlSeconds: LEASE_TTL_SECONDS };
    const written = await store.replace(name, value, condition);
    this.#reclaimed(
      written,
      begunAt,
      'our lease was overwritten with what is no lease, and is written again',
    );
  }

  #reclaimed(written: Written | 'exists' | 'changed', begunAt: number, message: string): void {
    if (typeof written === 'string') {
      // Somebody was quicker: look again.
      this.#doubted = true;
      return;
    }
    this.#keep(written, begunAt);
    this.#reclaims += 1;
    this.#options.log.warn({ key: written.key }, message);
  }

  /** Our own write whose answer was lost, or somebody's that says the same: its end counts from now on. */
  async #adopt(stored: StoredLease): Promise<void> {
    const { store, clock, log } = this.#options;
    const formerLeaseId = this.#claim.leaseId;
    const begunAt = clock.wall();
    const left = stored.leaseId === undefined ? undefined : ((await store.remainingTtl(stored.leaseId)) ?? 0);
    this.#keep({ ...stored, ttlSeconds: left }, begunAt);
    log.info(
      { key: stored.key, expiresAt: this.#claim.expiresAt },
      'our lease was written anew with our own address',
    );
    if (formerLeaseId !== stored.leaseId) {
      await revokeOld(store, formerLeaseId, log);
    }
  }

  #keep(written: Written, begunAt: number): void {
    this.#claim = toClaim(this.#claim.subnet, written, begunAt);
    this.#timer.set(this.#claim.expiresAt);
  }
}
