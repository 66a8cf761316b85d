import type { Host } from '../../src/lab/host.ts';

/** Which subnet it takes (such as `10.5.77`), by which MACs, and at which further addresses of the underlay. */
export interface BlindPlan {
  readonly network: string;
  readonly macs: readonly [string, ...string[]];
  readonly alsoAt?: readonly string[];
}

/**
 * Makes a host without a daemon take what is sent to any address of a subnet by any of these MACs, at any of its
 * addresses: whatever a lease says of it in turn, nothing is lost by it. It knows nobody and answers nothing.
 */
export async function receiveBlindly(host: Host, { network, macs, alsoAt = [] }: BlindPlan): Promise<void> {
  const [first, ...others] = macs;
  await host.namespace.setKernelParameters({
    'net/ipv4/conf/all/rp_filter': '0',
    'net/ipv4/conf/default/rp_filter': '0',
  });
  await host.namespace.configure(
    ...alsoAt.map((address) => `address add ${address}/24 dev eth0`),
    `link add flannel.1 address ${first} mtu 1450 type vxlan id 1 local ${host.address} dev eth0 dstport 8472 nolearning`,
    'link set flannel.1 up',
    `route add local ${network}.0/24 dev lo`,
    ...others.flatMap((mac, index) => [
      `link add also${index} link flannel.1 address ${mac} type macvlan mode private`,
      `link set also${index} up`,
    ]),
  );
}
