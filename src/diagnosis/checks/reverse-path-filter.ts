import { readKernelParameter } from '../../kernel/kernel-parameters.ts';
import { listLinks } from '../../kernel/links.ts';
import type { Check } from '../ground.ts';
import { command, doubtful, good, NO_TUNNEL } from '../outcome.ts';

/** rp_filter drops packets that come by another interface than the one to their sender (RFC 3704): 1 is strict, 2 is loose. */
const STRICT = 1;

/** Of all interfaces and one of them the larger number counts (net/ipv4/fib_frontend.c, IN_DEV_RPFILTER). */
export const reversePathFilter: Check = {
  name: 'reverse path filter',
  look: ({ kernel, standing: { tunnel } }) => {
    if (tunnel === undefined) {
      return NO_TUNNEL;
    }
    const all = readKernelParameter('net/ipv4/conf/all/rp_filter');
    const { device, plan } = tunnel;
    const underlay = listLinks(kernel).find(({ ifindex }) => ifindex === plan.underlayIfindex)?.name;
    const strict = [device.name, ...(underlay === undefined ? [] : [underlay])].filter(
      (name) => Math.max(all, readKernelParameter(`net/ipv4/conf/${name}/rp_filter`)) === STRICT,
    );
    const settings = strict.map((name) => `net/ipv4/conf/${name}/rp_filter=2`);
    return strict.length === 0
      ? good('rp_filter is not strict on the tunnel and its underlay')
      : doubtful(
          `rp_filter is strict on ${strict.join(' and ')}: packets that take another way back are dropped silently`,
          command(`sysctl -w ${settings.join(' ')}`),
        );
  },
};
