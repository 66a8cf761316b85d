import type { Lookup } from '../status/lookup.ts';
import { formatMicroseconds, formatTime, NOTHING } from './formats.ts';

type Fact = readonly [name: string, value: string];

const RELATIONS: Readonly<Record<Lookup['relation'], string>> = {
  remote: "another host's",
  own: "this host's own",
  nobody: "nobody's: no lease covers it",
  outside: "outside of the overlay's network",
};

/** The story of an address in names and values: whose it is, what the mode does, what the kernel holds. */
export function lookupFacts(lookup: Lookup): Fact[] {
  const { lease, route, neighbour, forwarding } = lookup;
  return [
    ['Whose it is', RELATIONS[lookup.relation]],
    ['Lease', lease === null ? 'none' : `${lease.subnet} of ${lease.owner}, MAC ${lease.mac}`],
    [`Mode ${lookup.mode}`, lookup.decision],
    ['Route', route === null ? 'none' : routeText(route)],
    ['Neighbour', neighbour === null ? 'none' : neighbourText(neighbour)],
    [
      'Forwarding entry',
      forwarding === null ? 'none' : `${forwarding.mac} to ${forwarding.endpoint ?? NOTHING}`,
    ],
  ];
}

/** One miss in a line. */
export function missLine({
  at,
  kind,
  phase,
  outcome,
  errno,
  latencyMicroseconds,
}: Lookup['misses'][number]): string {
  const how = errno === null ? outcome : `${outcome} (${errno})`;
  const latency = latencyMicroseconds === null ? '' : ` in ${formatMicroseconds(latencyMicroseconds)}`;
  return `${formatTime(new Date(at), { milliseconds: true })} ${kind} ${phase}: ${how}${latency}`;
}

function routeText({ destination, device, gateway }: NonNullable<Lookup['route']>): string {
  const via = gateway === null ? '' : ` via ${gateway}`;
  return `${destination}${via} dev ${device ?? NOTHING}`;
}

function neighbourText({ address, mac, state, ours }: NonNullable<Lookup['neighbour']>): string {
  return `${address} at ${mac ?? NOTHING}, ${state}${ours ? ", the agent's" : ", not the agent's"}`;
}
