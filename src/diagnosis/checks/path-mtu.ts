import { formatIpv4 } from '../../net/ipv4.ts';
import { VXLAN_OVERHEAD } from '../../overlay/device.ts';
import type { Check, Ground } from '../ground.ts';
import { judgeReach } from '../judge-reach.ts';
import { advice, bad, doubtful, good, type Outcome, unknown } from '../outcome.ts';
import type { Reach } from '../reach.ts';
import { smallerMtu } from '../smaller-mtu.ts';

/** Whether packets as large as the device lets pass reach other hosts, in one piece. */
export const pathMtu: Check = {
  name: 'path MTU',
  look: (ground) => judgeReach(ground, (reached, { mtu }) => judge(reached, mtu, ground)),
};

async function judge(reached: readonly Reach[], mtu: number, ground: Ground): Promise<Outcome> {
  const heard = reached.filter(({ largest }) => largest > 0);
  const [hole] = heard
    .filter(({ largest }) => largest < mtu)
    .sort((one, other) => one.largest - other.largest);
  if (hole !== undefined) {
    const { lease, largest } = hole;
    return bad(
      `packets of ${mtu} bytes are lost on the way to ${formatIpv4(lease.publicIp)}, and those of ${largest} arrive`,
      await smallerMtu(largest + VXLAN_OVERHEAD, ground),
    );
  }
  const needed = mtu + VXLAN_OVERHEAD;
  const narrow = reached.find((one) => (one.pathMtu ?? needed) < needed);
  if (narrow !== undefined) {
    const { lease, pathMtu: carried = 0 } = narrow;
    return doubtful(
      `the way to ${formatIpv4(lease.publicIp)} carries ${carried} bytes, and full packets of the tunnel have ${needed}: they are cut in two`,
      await smallerMtu(carried, ground),
    );
  }
  return heard.length === 0
    ? unknown('no host answers through the tunnel', advice('see what is said of the UDP port'))
    : good(`packets of ${mtu} bytes reach ${heard.length} of ${reached.length} hosts that were tried`);
}
