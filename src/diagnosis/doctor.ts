import { describeError, Fault } from '../base/fault.ts';
import { within } from '../base/within.ts';
import { KernelFault } from '../kernel/kernel-fault.ts';
import type { Finding, Remedy } from '../status/finding.ts';
import { clock } from './checks/clock.ts';
import { deviceMtu } from './checks/device-mtu.ts';
import { duplicates } from './checks/duplicates.ts';
import { etcd } from './checks/etcd.ts';
import { forwardPolicy } from './checks/forward-policy.ts';
import { hostForwarding } from './checks/host-forwarding.ts';
import { icmpRateLimit } from './checks/icmp-rate-limit.ts';
import { neighbourParameters } from './checks/neighbour-parameters.ts';
import { neighbourTable } from './checks/neighbour-table.ts';
import { pathMtu } from './checks/path-mtu.ts';
import { reversePathFilter } from './checks/reverse-path-filter.ts';
import { syntheticMiss } from './checks/synthetic-miss.ts';
import { udpPort } from './checks/udp-port.ts';
import type { DoctorParts } from './doctor-parts.ts';
import type { Check, Ground } from './ground.ts';
import { advice, command, unknown } from './outcome.ts';
import { reachPeers } from './reach.ts';

/** So long a check may take, in milliseconds: twice this is less than a client's ten seconds. */
const CHECK_LIMIT_MS = 4000;

const TOO_LATE = unknown(
  `no result within ${CHECK_LIMIT_MS / 1000} s`,
  command('l3missd doctor', 'when the host is less busy'),
);

/** All at the same time: none waits for another's packets or for another's etcd. */
const CHECKS: readonly Check[] = [
  hostForwarding,
  forwardPolicy,
  reversePathFilter,
  deviceMtu,
  neighbourParameters,
  neighbourTable,
  icmpRateLimit,
  udpPort,
  pathMtu,
  duplicates,
  clock,
  etcd,
];

/**
 * Looks at what makes overlays fail, and at last has the kernel ask the agent for an address, as a packet would. Takes 8 s
 * at most; what cannot be looked at is a finding too.
 */
export async function examine(parts: DoctorParts, checks = CHECKS, last = syntheticMiss): Promise<Finding[]> {
  const ground = groundOf(parts);
  const findings = await Promise.all(checks.map((check) => run(check, ground)));
  // By itself: what the others do would delay its answer.
  return [...findings, await run(last, ground)];
}

function groundOf(parts: DoctorParts): Ground {
  const standing = parts.standing();
  let reached: ReturnType<Ground['reach']> | undefined;
  return {
    ...parts,
    standing,
    reach: () => {
      reached ??= reachPeers(parts, standing);
      return reached;
    },
  };
}

async function run({ name: check, look }: Check, ground: Ground): Promise<Finding> {
  try {
    const looked = Promise.resolve(ground).then(look);
    return { check, ...((await within(ground.clock, CHECK_LIMIT_MS, looked)) ?? TOO_LATE) };
  } catch (error) {
    return { check, ...unknown(`it could not be looked at: ${describeError(error)}`, neededFor(error)) };
  }
}

/** What a look that failed needs. */
function neededFor(error: unknown): Remedy {
  if (error instanceof KernelFault && (error.code === 'EPERM' || error.code === 'EACCES')) {
    return advice('l3missd needs CAP_NET_ADMIN and CAP_NET_RAW');
  }
  return error instanceof Fault
    ? advice(`it needs ${error.allowed}`)
    : command('l3missd doctor', 'once more');
}
