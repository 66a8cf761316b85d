import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { formatPrefix, overlaps, type Prefix, samePrefix } from '../net/prefix.ts';
import { LeaseFault } from './faults.ts';
import { freeSubnets } from './free-subnets.ts';
import { unlessLeaseFault } from './holder.ts';
import type { HostIdentity } from './lease.ts';
import { decodeLeaseValue, encodeLeaseValue } from './lease-value.ts';
import { revokeOld } from './revoke-old.ts';
import type { LeaseStore, StoredLease, Written } from './store.ts';
import { formatSubnetKey, parseSubnetKey } from './subnet-key.ts';
import { describeRange, inRange, type SubnetRange, subnetCount } from './subnet-range.ts';

/** How long a lease lasts: flannel's subnetTTL (pkg/subnet/etcd/local_manager.go at v0.28.9). */
export const LEASE_TTL_SECONDS = 86_400;
/** flannel's raceRetries. */
const ATTEMPTS = 10;

/** Our own lease as last written. */
export interface Claim {
  readonly subnet: Prefix;
  readonly key: string;
  readonly name: string;
  readonly value: string;
  readonly modRevision: bigint;
  /** A reserved key has none. */
  readonly leaseId: bigint | undefined;
  /** Wall clock, milliseconds; undefined for a key that does not end. */
  readonly expiresAt: number | undefined;
}

export interface ClaimOptions {
  readonly store: LeaseStore;
  readonly config: SubnetRange;
  readonly identity: HostIdentity;
  /** The subnet that the subnet file names. */
  readonly previous?: Prefix | undefined;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Acquires this host's subnet as flannel does (pkg/subnet/etcd/local_manager.go, tryAcquireLease, at v0.28.9): the
 * lease that already carries our PublicIP; else the previous subnet; else a free one at random. Unlike there, every
 * write is conditional and a lost race begins anew, ten attempts in all. Safe to call again after a StoreFault: what
 * an unanswered write left behind carries our PublicIP.
 *
 * @throws LeaseFault when no subnet is free or every attempt lost its race
 * @throws StoreFault
 */
export async function claimSubnet(options: ClaimOptions): Promise<Claim> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const claim = await tryClaim(options);
    if (claim !== undefined) {
      return claim;
    }
    options.log.warn(
      { attempt, attempts: ATTEMPTS },
      'another host changed the leases meanwhile, claiming again',
    );
  }
  throw new LeaseFault(
    'subnet claim',
    `${ATTEMPTS} attempts, each overtaken by another host`,
    'one undisturbed',
  );
}

/** The claim that a write made; `begunAt` is the wall clock before it, so that the end is never taken for later. */
export function toClaim(subnet: Prefix, written: Written, begunAt: number): Claim {
  const { key, name, value, modRevision, leaseId, ttlSeconds } = written;
  const expiresAt = ttlSeconds === undefined ? undefined : begunAt + ttlSeconds * 1000;
  return { subnet, key, name, value, modRevision, leaseId, expiresAt };
}

/** A stored lease whose key names a subnet, whatever its value. */
interface Taken {
  readonly stored: StoredLease;
  readonly subnet: Prefix;
  /** Undefined when the value does not tell. */
  readonly publicIp: Ipv4 | undefined;
}

/** Undefined when another host was quicker. */
async function tryClaim(options: ClaimOptions): Promise<Claim | undefined> {
  const { store, config, identity, previous } = options;
  const all = (await store.list()).entries.flatMap((stored) => toTaken(stored) ?? []);
  const ours = all.filter(({ publicIp }) => publicIp === identity.publicIp);
  const usable = ours.filter(
    ({ stored, subnet }) => inRange(config, subnet) && stored.name === formatSubnetKey(subnet),
  );
  const kept =
    usable.find(({ subnet }) => previous !== undefined && samePrefix(subnet, previous)) ?? usable[0];
  if (kept !== undefined) {
    return reuse(kept, options);
  }
  for (const { stored } of ours) {
    options.log.warn({ key: stored.key }, 'our lease does not fit the network config and is deleted');
    if ((await store.remove(stored.name, stored.modRevision)) === 'changed') {
      return undefined;
    }
  }
  const taken = all.filter((one) => !ours.includes(one)).map(({ subnet }) => subnet);
  return create(choose(options, taken), options);
}

async function reuse({ stored, subnet }: Taken, options: ClaimOptions): Promise<Claim | undefined> {
  const { store, identity, clock, log } = options;
  const begunAt = clock.wall();
  const written = await store.replace(stored.name, encodeLeaseValue(identity), {
    ifModRevision: stored.modRevision,
    // A key without an etcd lease is a reservation, and stays one.
    ttlSeconds: stored.leaseId === undefined ? undefined : LEASE_TTL_SECONDS,
  });
  if (written === 'changed') {
    return undefined;
  }
  log.info({ key: stored.key }, 'reused the lease that carries our PublicIP');
  await revokeOld(store, stored.leaseId, log);
  return toClaim(subnet, written, begunAt);
}

async function create(
  subnet: Prefix,
  { store, identity, clock, log }: ClaimOptions,
): Promise<Claim | undefined> {
  const begunAt = clock.wall();
  const written = await store.create(formatSubnetKey(subnet), encodeLeaseValue(identity), LEASE_TTL_SECONDS);
  if (written === 'exists') {
    return undefined;
  }
  log.info({ key: written.key }, 'claimed a subnet');
  return toClaim(subnet, written, begunAt);
}

/**
 * The previous subnet, or one drawn evenly from all that are free: flannel draws from the first hundred, where hosts
 * that start together collide more often and a dead host's subnet comes back sooner.
 */
function choose({ config, previous, random }: ClaimOptions, taken: readonly Prefix[]): Prefix {
  if (
    previous !== undefined &&
    inRange(config, previous) &&
    !taken.some((subnet) => overlaps(subnet, previous))
  ) {
    return previous;
  }
  const free = freeSubnets(config, taken);
  const chosen = free.at(Math.floor(random() * free.count));
  if (chosen === undefined) {
    throw new LeaseFault(
      `subnets of ${formatPrefix(config.network)}`,
      `no free subnet among ${subnetCount(config)}`,
      `one free from ${describeRange(config)}`,
    );
  }
  return chosen;
}

/** Any key that names a subnet takes it, whatever its backend and even when its value cannot be read. */
function toTaken(stored: StoredLease): Taken | undefined {
  const subnet = unlessLeaseFault(() => parseSubnetKey(stored.name));
  const publicIp = unlessLeaseFault(() => decodeLeaseValue(stored.value).publicIp);
  return subnet === undefined ? undefined : { stored, subnet, publicIp };
}
