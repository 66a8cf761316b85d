import { readKernelParameter } from '../../kernel/kernel-parameters.ts';
import type { Check } from '../ground.ts';
import { command, doubtful, good } from '../outcome.ts';

/** ICMP_DEST_UNREACH in icmp_ratemask (icmp(7)): what tells a container that no lease covers its destination. */
const UNREACHABLE_BIT = 1 << 3;

/** The kernel's default, in milliseconds for each. */
const USUAL_MS = 1000;

/** The kernel saves up this many for a destination (net/ipv4/route.c, XRLIM_BURST_FACTOR). */
const AT_ONCE = 6;

/** How soon containers hear that no lease covers an address: programs of the host itself are told without ICMP. */
export const icmpRateLimit: Check = {
  name: 'ICMP rate limit',
  look: () => {
    const limit = readKernelParameter('net/ipv4/icmp_ratelimit');
    const isLimited = (readKernelParameter('net/ipv4/icmp_ratemask') & UNREACHABLE_BIT) !== 0;
    if (limit === 0 || !isLimited) {
      return good('containers hear at once that no lease covers an address, however many they try');
    }
    const found = `a container hears of ${AT_ONCE} addresses without a lease at once and of one each ${limit} ms; what it tries beyond that waits out its own time-out`;
    return limit <= USUAL_MS
      ? good(found)
      : doubtful(found, command(`sysctl -w net.ipv4.icmp_ratelimit=${USUAL_MS}`));
  },
};
