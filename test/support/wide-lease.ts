import type { Host } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { leaseValue } from './static-peer.ts';

/** A network of leases of 32,768 addresses each; hosts claim below WIDE_SUBNET. */
export const WIDE_CONFIG =
  '{"Network":"10.4.0.0/14","SubnetLen":17,"SubnetMin":"10.4.128.0","SubnetMax":"10.5.128.0",' +
  '"Backend":{"Type":"vxlan"}}';

/** The subnet whose lease is moved about. */
export const WIDE_SUBNET = '10.6.0.0/17';

const KEY = '/coreos.com/network/subnets/10.6.0.0-17';

/** What the lease says. */
export interface Place {
  readonly mac: string;
  readonly publicIp: string;
}

/** Writes the lease; returns when etcd has it. */
export async function publishWideLease(lab: Lab, place: Place): Promise<void> {
  await lab.etcd.put(KEY, leaseValue({ ...place, network: '' }));
}

export async function withdrawWideLease(lab: Lab): Promise<void> {
  await lab.etcd.delete(KEY);
}

/**
 * Makes a host without a daemon take what is sent to any address of the subnet and one of these MACs. It knows nobody
 * and answers nothing.
 */
export async function receiveWideSubnet(host: Host, mac: string, ...further: string[]): Promise<void> {
  await host.namespace.setKernelParameters({
    'net/ipv4/conf/all/rp_filter': '0',
    'net/ipv4/conf/default/rp_filter': '0',
  });
  const plan = `id 1 local ${host.address} dev eth0 dstport 8472 nolearning`;
  await host.namespace.configure(
    `link add flannel.1 address ${mac} mtu 1450 type vxlan ${plan}`,
    'link set flannel.1 up',
    `route add local ${WIDE_SUBNET} dev lo`,
    ...further.flatMap((other, index) => [
      `link add also${index} link flannel.1 address ${other} type macvlan mode private`,
      `link set also${index} up`,
    ]),
  );
}
