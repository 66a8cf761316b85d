import { formatIpv4 } from '../../net/ipv4.ts';
import { VXLAN_OVERHEAD } from '../../overlay/device.ts';
import type { Check, Ground } from '../ground.ts';
import { ALL_DIRECT, bad, doubtful, good, NO_PEERS, NO_TUNNEL, type Outcome, unknown } from '../outcome.ts';
import type { Reach } from '../reach.ts';

/** Whether packets as large as the device lets pass reach other hosts, in one piece. */
export const pathMtu: Check = {
  name: 'path MTU',
  look: async (ground) => {
    const { tunnel } = ground.standing;
    if (tunnel === undefined) {
      return NO_TUNNEL;
    }
    const reached = await ground.reach();
    if (reached.length === 0) {
      return ground.standing.leases.length === 0 ? NO_PEERS : ALL_DIRECT;
    }
    return judge(reached, tunnel.plan.mtu, ground);
  },
};

function judge(reached: readonly Reach[], mtu: number, ground: Ground): Outcome {
  const heard = reached.filter(({ largest }) => largest > 0);
  const [hole] = heard
    .filter(({ largest }) => largest < mtu)
    .sort((one, other) => one.largest - other.largest);
  if (hole !== undefined) {
    const { lease, largest } = hole;
    return bad(
      `packets of ${mtu} bytes are lost on the way to ${formatIpv4(lease.publicIp)}, and those of ${largest} arrive`,
      smallerMtu(largest + VXLAN_OVERHEAD, ground),
    );
  }
  const needed = mtu + VXLAN_OVERHEAD;
  const narrow = reached.find((one) => (one.pathMtu ?? needed) < needed);
  if (narrow !== undefined) {
    const { lease, pathMtu: carried = 0 } = narrow;
    return doubtful(
      `the way to ${formatIpv4(lease.publicIp)} carries ${carried} bytes, and full packets of the tunnel have ${needed}: they are cut in two`,
      smallerMtu(carried, ground),
    );
  }
  return heard.length === 0
    ? unknown('no host answers through the tunnel', 'what the check of the UDP port says')
    : good(`packets of ${mtu} bytes reach ${heard.length} of ${reached.length} hosts that were tried`);
}

/** All hosts have to agree, and containers take their MTU from the subnet file when they start. */
function smallerMtu(outer: number, { etcdPrefix }: Ground): string {
  return `"MTU": ${outer} in "Backend" of the network config (etcdctl put ${etcdPrefix}/config ...), then systemctl restart l3missd on all hosts, then the containers anew`;
}
