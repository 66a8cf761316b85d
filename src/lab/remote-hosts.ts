import type { Host } from './host.ts';
import { LabFault } from './lab-fault.ts';

export interface RemoteHosts {
  /** Prefixes of their containers, which the host then answers for. */
  readonly subnets: readonly string[];
  /** Prefixes of their ends of the tunnel. */
  readonly underlays: readonly string[];
}

/**
 * Makes a host stand for any number of remote ones: one vxlan device takes every frame that is sent to one of their
 * addresses, whatever its inner MAC, and the kernel answers pings for all of their containers.
 *
 * @throws LabFault
 */
export async function standForRemoteHosts(host: Host, remote: RemoteHosts): Promise<void> {
  await host.namespace.configure(
    `link add flannel.1 mtu 1450 type vxlan id 1 local ${host.address} dev eth0 dstport 8472 nolearning`,
    'link set flannel.1 up',
    ...[...remote.subnets, ...remote.underlays].map((prefix) => `route add local ${prefix} dev lo`),
  );
  await host.namespace.setKernelParameters({ 'net/ipv4/conf/all/rp_filter': '0' });
  const outcome = await host.namespace.attempt('nft', [ACCEPT_EVERY_MAC]);
  if (outcome.status !== 0) {
    throw new LabFault('nft', outcome.stderr, 'nftables with a netdev ingress hook');
  }
}

/** A frame for another MAC is somebody else's (PACKET_OTHERHOST) and would not be unpacked. */
const ACCEPT_EVERY_MAC = `
add table netdev lab
add chain netdev lab in { type filter hook ingress device "flannel.1" priority 0; }
add rule netdev lab in meta pkttype set host
`;
