import type { Conversation } from '../kernel/conversation.ts';
import { listNeighbours } from '../kernel/neighbours.ts';
import type { Lease, OtherLease } from '../leases/lease.ts';
import type { SubnetMisses } from '../misses/recording/subnet-counts.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import { formatPrefix } from '../net/prefix.ts';
import { PrefixTable } from '../net/prefix-table.ts';
import type { LeaseRow } from '../status/lease-row.ts';
import type { LeaseEnds } from './lease-ends.ts';
import type { Standing } from './standing.ts';

export interface LeaseRowsParts {
  readonly kernel: Conversation;
  readonly standing: Standing;
  /** Those of hosts that run another backend. */
  readonly others: readonly OtherLease[];
  readonly ends: Pick<LeaseEnds, 'read'>;
  /** Since the daemon's start, by subnet. */
  readonly misses: readonly SubnetMisses[];
}

/**
 * The leases of all other hosts with what this host holds for them, in the order of their subnets.
 *
 * @throws KernelFault
 */
export async function leaseRows({
  kernel,
  standing,
  others,
  ends,
  misses,
}: LeaseRowsParts): Promise<LeaseRow[]> {
  const { leases, tunnel } = standing;
  const endOf = await ends.read();
  const neighbours =
    tunnel === undefined ? new Map<Lease, number>() : countNeighbours(kernel, tunnel.device.ifindex, leases);
  const missesOf = new Map(misses.map((one) => [formatPrefix(one.subnet), one.misses]));
  const all = [
    ...leases.map((lease) => ({ lease, mac: lease.mac, backend: 'vxlan', held: neighbours.get(lease) ?? 0 })),
    ...others.map((lease) => ({ lease, mac: null, backend: lease.backendType, held: 0 })),
  ];
  return all
    .sort((one, other) => one.lease.subnet.address - other.lease.subnet.address)
    .map(({ lease, mac, backend, held }) => {
      const subnet = formatPrefix(lease.subnet);
      const end = endOf.get(lease.key);
      return {
        subnet,
        owner: formatIpv4(lease.publicIp),
        mac,
        backend,
        expiresAt: end === undefined ? null : new Date(end).toISOString(),
        neighbours: held,
        misses: missesOf.get(subnet) ?? 0,
      };
    });
}

function countNeighbours(
  kernel: Conversation,
  ifindex: number,
  leases: readonly Lease[],
): ReadonlyMap<Lease, number> {
  const table = new PrefixTable<Lease>();
  for (const lease of leases) {
    table.set(lease.subnet, lease);
  }
  const counts = new Map<Lease, number>();
  for (const { destination, mac } of listNeighbours(kernel, ifindex)) {
    const lease = mac === undefined ? undefined : table.lookup(destination);
    if (lease !== undefined) {
      counts.set(lease, (counts.get(lease) ?? 0) + 1);
    }
  }
  return counts;
}
