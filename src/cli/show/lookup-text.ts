import { wrap } from '../../base/wrap.ts';
import type { Lookup } from '../../status/lookup.ts';
import { fact } from './fact.ts';
import { MissLines } from './miss-lines.ts';
import { remedyLines } from './remedy-lines.ts';
import { printable, WIDTH } from './text.ts';

/** The address stands before its fact as a term does: the longest, and a space. */
const TERM = 16;

/** Of the journal so many of the latest are shown. */
const MISSES_SHOWN = 10;

const relations: Readonly<Record<Lookup['relation'], string>> = {
  remote: "in another host's subnet",
  own: "in this host's own subnet",
  nobody: 'in the network, and no lease covers it',
  outside: 'not in the network of the overlay',
};

/** Who made a route (rtnetlink(7)), as `ip route` calls them. */
const protocols: Readonly<Record<number, string>> = { 2: 'kernel', 3: 'boot', 4: 'static' };

/** The story of an address: whose it is, what the kernel holds, its misses, and what is wrong, which comes last. */
export function lookupText(found: Lookup): string {
  const sections = [
    [
      ...told(found.address, [relations[found.relation]]),
      ...leaseFacts(found),
      ...told('mode', [`${found.mode}: ${found.decision}`]),
    ],
    [...routeFacts(found), ...neighbourFacts(found), ...forwardingFacts(found)],
    missLines(found),
    problemLines(found),
  ];
  return `${sections.map((lines) => lines.map(printable).join('\n')).join('\n\n')}\n`;
}

function told(term: string, parts: readonly string[]): string[] {
  return fact(term, parts, TERM);
}

function leaseFacts({ lease }: Lookup): string[] {
  return told('lease', lease === null ? ['none'] : [`${lease.subnet} of ${lease.owner}`, lease.mac]);
}

function routeFacts({ route }: Lookup): string[] {
  if (route === null) {
    return told('route', ['none']);
  }
  const { destination, device, gateway, protocol } = route;
  return told('route', [
    [
      destination,
      ...(gateway === null ? [] : [`via ${gateway}`]),
      ...(device === null ? [] : [`dev ${device}`]),
    ].join(' '),
    `protocol ${protocols[protocol] ?? protocol}`,
  ]);
}

function neighbourFacts({ neighbour }: Lookup): string[] {
  if (neighbour === null) {
    return told('neighbour', ['none']);
  }
  const { address, mac, state, ours } = neighbour;
  return told('neighbour', [
    mac === null ? `${address} without a MAC` : `${address} at ${mac}`,
    state,
    ours ? 'written by l3missd' : 'not written by l3missd',
  ]);
}

function forwardingFacts({ forwarding }: Lookup): string[] {
  if (forwarding === null) {
    return told('forwarding', ['none']);
  }
  return told('forwarding', [`${forwarding.mac} at ${forwarding.endpoint ?? 'no endpoint'}`]);
}

function missLines({ misses }: Lookup): string[] {
  if (misses.length === 0) {
    return ['no miss of it in the journal'];
  }
  const lines = new MissLines(WIDTH);
  const shown = misses.slice(-MISSES_SHOWN);
  const which =
    misses.length > shown.length ? `the last ${shown.length} of ${misses.length} misses` : 'its misses';
  return [which, lines.head, ...shown.flatMap((miss) => lines.linesOf(miss))];
}

function problemLines({ problems }: Lookup): string[] {
  if (problems.length === 0) {
    return ['nothing is wrong'];
  }
  return problems.flatMap(({ found, ...remedy }) => [
    ...wrap(printable(found), WIDTH, 'problem: ', ' '.repeat(9)),
    ...remedyLines(remedy, 9),
  ]);
}
