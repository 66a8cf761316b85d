import { z } from 'zod';
import { formatIpv4 } from '../../net/ipv4.ts';
import { VXLAN_OVERHEAD } from '../../overlay/device.ts';
import type { Remedy } from '../../status/finding.ts';
import type { Check, Ground } from '../ground.ts';
import {
  ALL_DIRECT,
  advice,
  bad,
  command,
  doubtful,
  good,
  NO_PEERS,
  NO_TUNNEL,
  type Outcome,
  unknown,
} from '../outcome.ts';
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
    ? unknown('no host answers through the tunnel', advice('see what is said of the UDP port'))
    : good(`packets of ${mtu} bytes reach ${heard.length} of ${reached.length} hosts that were tried`);
}

/** All hosts have to agree, and containers take their MTU from the subnet file when they start. */
function smallerMtu(outer: number, { etcdEndpoints, store, standing: { configText } }: Ground): Remedy {
  const after = 'then restart l3missd on every host, and after it the containers';
  const config = configText === undefined ? undefined : withMtu(configText, outer);
  return config === undefined
    ? advice(`set Backend.MTU of the network config to ${outer}; ${after}`)
    : command(
        `etcdctl --endpoints ${etcdEndpoints.join(',')} put ${store.configKey} ${quote(JSON.stringify(config))}`,
        after,
      );
}

const objectSchema = z.record(z.string(), z.unknown());

/** The config with another MTU; undefined where it has no backend that is an object. Names count in any case, as in Go. */
function withMtu(text: string, mtu: number): Record<string, unknown> | undefined {
  const config = objectSchema.parse(JSON.parse(text));
  const name = Object.keys(config).find((key) => key.toLowerCase() === 'backend');
  const backend = objectSchema.safeParse(config[name ?? 'Backend'] ?? { Type: 'vxlan' }).data;
  if (backend === undefined) {
    return undefined;
  }
  const others = Object.entries(backend).filter(([key]) => key.toLowerCase() !== 'mtu');
  return { ...config, [name ?? 'Backend']: { ...Object.fromEntries(others), MTU: mtu } };
}

/** One word for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
