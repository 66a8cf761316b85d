import { Fault } from '../../base/fault.ts';
import { decodeLeaseValue } from '../../leases/lease-value.ts';
import type { StoredLease } from '../../leases/store.ts';
import { parseSubnetKey } from '../../leases/subnet-key.ts';
import { formatIpv4 } from '../../net/ipv4.ts';
import { formatPrefix } from '../../net/prefix.ts';
import type { Remedy } from '../../status/finding.ts';
import { etcdctl } from '../etcdctl.ts';
import type { Check, Ground } from '../ground.ts';
import { bad, command, good, type Outcome } from '../outcome.ts';

/** A lease with what must be its host's alone. */
interface Claimed {
  readonly stored: StoredLease;
  readonly subnet: string;
  /** `PublicIP 10.99.0.11`, `MAC 02:00:00:00:00:01`. */
  readonly marks: readonly string[];
}

/** Two hosts with one PublicIP or one MAC get each other's packets. This host's own lease is looked at as well. */
export const duplicates: Check = {
  name: 'PublicIPs and MACs',
  look: async (ground) => {
    const { entries } = await ground.store.list();
    const claimed = entries.flatMap(read);
    const [pair] = pairsOf(claimed);
    if (pair !== undefined) {
      return conflict(...pair, ground);
    }
    return good(`none of ${claimed.length} leases shares its PublicIP or its MAC with another one`);
  },
};

/** What cannot be read as a vxlan lease is left out, as the mirror leaves it out. */
function read(stored: StoredLease): Claimed[] {
  try {
    const subnet = parseSubnetKey(stored.name);
    const value = decodeLeaseValue(stored.value);
    return value.kind === 'vxlan'
      ? [
          {
            stored,
            subnet: formatPrefix(subnet),
            marks: [`PublicIP ${formatIpv4(value.publicIp)}`, `MAC ${value.mac}`],
          },
        ]
      : [];
  } catch (error) {
    if (error instanceof Fault) {
      return [];
    }
    throw error;
  }
}

/** Two keys may mean one subnet, of a host with both families for instance: that is no conflict. */
function* pairsOf(claimed: readonly Claimed[]): Generator<[mark: string, one: Claimed, other: Claimed]> {
  const first = new Map<string, Claimed>();
  for (const one of claimed) {
    for (const mark of one.marks) {
      const other = first.get(mark);
      if (other !== undefined && other.subnet !== one.subnet) {
        yield [mark, other, one];
      }
      first.set(mark, other ?? one);
    }
  }
}

async function conflict(mark: string, one: Claimed, other: Claimed, ground: Ground): Promise<Outcome> {
  const stale = await stalerOf(one, other, ground);
  const found = `the leases of ${one.subnet} and ${other.subnet} both have the ${mark}`;
  if (stale === undefined) {
    return bad(found, apart(mark, ground));
  }
  return bad(
    found,
    command(etcdctl(ground, 'del', stale.stored.key), 'unless its host lives: it did not answer just now'),
  );
}

/** Both hosts live, or neither can be told to: one of them has to have another mark. */
function apart(mark: string, { standing: { tunnel } }: Ground): Remedy {
  const device = tunnel?.device.name ?? 'flannel.1';
  return mark.startsWith('MAC')
    ? command(
        `systemctl stop l3missd && ip link del ${device} && systemctl start l3missd`,
        'on one of the two hosts: its new device gets a MAC of its own',
      )
    : command(
        'systemctl edit l3missd',
        'on one of the two hosts, to give it another --public-ip; then restart it',
      );
}

/** Whose host does not answer through the tunnel while the other's does; this host is there. Undefined when neither is sure. */
async function stalerOf(
  one: Claimed,
  other: Claimed,
  { standing, reach }: Ground,
): Promise<Claimed | undefined> {
  const own = standing.subnet === undefined ? undefined : formatPrefix(standing.subnet);
  const answering = (await reach())
    .filter(({ largest }) => largest > 0)
    .map(({ lease }) => formatPrefix(lease.subnet));
  const [first, second] = [one, other].map(({ subnet }) => subnet === own || answering.includes(subnet));
  if (first === second) {
    return undefined;
  }
  return first === true ? other : one;
}
