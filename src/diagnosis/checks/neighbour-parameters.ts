import { getNeighbourParameters } from '../../kernel/neighbour-parameters.ts';
import type { NeighbourParameters } from '../../netlink/neighbour-table/attributes.ts';
import { NEIGHBOUR_PARAMETERS } from '../../overlay/device-parameters.ts';
import type { Check } from '../ground.ts';
import { bad, command, good, NO_TUNNEL } from '../outcome.ts';

/** What the kernel calls them under /proc/sys/net/ipv4/neigh, which counts delay_first_probe_time in seconds. */
const NAMES: readonly (readonly [keyof NeighbourParameters, string])[] = [
  ['appProbes', 'app_solicit'],
  ['ucastProbes', 'ucast_solicit'],
  ['mcastProbes', 'mcast_solicit'],
  ['mcastReprobes', 'mcast_resolicit'],
  ['delayProbeTime', 'delay_first_probe_time'],
  ['retransTime', 'retrans_time_ms'],
];

/** The kernel has to ask the agent, and nobody else, and to be patient with entries that are in use. */
export const neighbourParameters: Check = {
  name: 'neighbour parameters',
  look: ({ kernel, standing: { tunnel } }) => {
    if (tunnel === undefined) {
      return NO_TUNNEL;
    }
    const { name, ifindex } = tunnel.device;
    const found = getNeighbourParameters(kernel, ifindex);
    if (found === undefined) {
      return NO_TUNNEL;
    }
    const wrong = NAMES.filter(([key]) => found[key] !== NEIGHBOUR_PARAMETERS[key]);
    const are = wrong.map(([key, parameter]) => `${parameter} is ${found[key]}`);
    const settings = wrong.map(
      ([key, parameter]) => `net/ipv4/neigh/${name}/${parameter}=${NEIGHBOUR_PARAMETERS[key]}`,
    );
    return wrong.length === 0
      ? good(`the kernel asks the agent about neighbours of ${name}`)
      : bad(
          `the kernel does not ask the agent about neighbours of ${name} as it should: ${are.join(', ')}`,
          command(`sysctl -w ${settings.join(' ')}`),
        );
  },
};
