import { writeFileSync } from 'node:fs';
import type { Host } from '../../src/lab/host.ts';

/** A host of the cluster as flannel knows it: what its lease says, all of a /24. */
export interface FlannelNode {
  /** Such as `10.5.77`. */
  readonly network: string;
  readonly mac: string;
  readonly publicIp: string;
}

/**
 * Entries for another host: in the tunnel, or past it where `Backend.DirectRouting` asks for that. `addresses` are those
 * behind it that the lazy generation has entries for, with their states.
 */
export interface FlannelRemote extends FlannelNode {
  readonly directly?: boolean;
  readonly addresses?: Readonly<Record<string, 'reachable' | 'stale'>>;
}

/** flannel's versions, by what they leave in the kernel. */
export type FlannelVersion = 'v0.5' | 'v0.7.1' | 'v0.9';

/** Of an earlier lease, which v0.7.1 left on the device. */
const FORMER_ADDRESS = '10.5.85.0/32';

/**
 * Makes a host what flannel leaves when it ends: device, address, routes, neighbours and forwarding entries, and the
 * subnet file. Each line is one request of flannel's own.
 */
export async function leaveOfFlannel(
  host: Host,
  version: FlannelVersion,
  own: FlannelNode,
  remotes: readonly FlannelRemote[],
): Promise<void> {
  const { network, mac, publicIp } = own;
  const plan = `id 1 local ${publicIp} dev eth0 dstport 8472 nolearning`;
  await host.namespace.configure(
    `link add flannel.1 address ${mac} mtu 1450 type vxlan ${plan}`,
    ...addresses(version, network).map((address) => `address add ${address} dev flannel.1`),
    'link set flannel.1 up',
    // With the address of v0.5 the kernel has this route already, and flannel accepts that (EEXIST).
    ...(version === 'v0.7.1' ? ['route add 10.5.0.0/16 dev flannel.1 scope global proto boot'] : []),
  );
  if (version !== 'v0.9') {
    await host.namespace.setKernelParameters({ 'net/ipv4/neigh/flannel.1/app_solicit': '3' });
  }
  for (const remote of remotes) {
    await (version === 'v0.9' ? leaveEager(host, remote) : leaveLazy(host, remote));
  }
  const file = `FLANNEL_NETWORK=10.5.0.0/16\nFLANNEL_SUBNET=${network}.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=false\n`;
  writeFileSync(host.daemon.subnetFile, file);
}

/** What the in-place upgrade from v0.8 to v0.9 adds to what v0.8 left, of which it takes nothing away. */
export async function upgradeFlannel(host: Host, remotes: readonly FlannelRemote[]): Promise<void> {
  for (const remote of remotes) {
    await leaveEager(host, remote);
  }
}

/** device.go, Configure: v0.5 gave the whole network's length; v0.7.1 does not take earlier addresses away. */
function addresses(version: FlannelVersion, network: string): string[] {
  const all: Readonly<Record<FlannelVersion, string[]>> = {
    'v0.5': [`${network}.0/16`],
    'v0.7.1': [FORMER_ADDRESS, `${network}.0/32`],
    'v0.9': [`${network}.0/32`],
  };
  return all[version];
}

/** network.go, handleInitialSubnetEvents and handleL3Miss: a forwarding entry per lease, a neighbour per address. */
async function leaveLazy({ namespace }: Host, remote: FlannelRemote): Promise<void> {
  const { mac, publicIp, addresses: known = {} } = remote;
  await namespace.run('bridge', ...`fdb add ${mac} dev flannel.1 dst ${publicIp} self permanent`.split(' '));
  await namespace.configure(
    ...Object.entries(known).map(
      ([address, state]) => `neighbour replace ${address} lladdr ${mac} dev flannel.1 nud ${state}`,
    ),
  );
}

/** vxlan_network.go, handleSubnetEvents: neighbour, forwarding entry, route; or one route past the tunnel. */
async function leaveEager({ namespace }: Host, remote: FlannelRemote): Promise<void> {
  const { network, mac, publicIp, directly = false } = remote;
  if (directly) {
    await namespace.configure(`route replace ${network}.0/24 via ${publicIp} proto boot`);
    return;
  }
  await namespace.configure(`neighbour replace ${network}.0 lladdr ${mac} dev flannel.1 nud permanent`);
  await namespace.run(
    'bridge',
    ...`fdb replace ${mac} dev flannel.1 dst ${publicIp} self permanent`.split(' '),
  );
  await namespace.configure(
    `route replace ${network}.0/24 via ${network}.0 dev flannel.1 onlink scope global proto boot`,
  );
}
