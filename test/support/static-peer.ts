import assert from 'node:assert/strict';
import type { Host } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { type Stats, statsSchema } from '../../src/status/stats.ts';

/** The state of a host's daemon, as its control socket tells it. */
export async function statsOf(host: Host): Promise<Stats> {
  return statsSchema.parse(await host.daemon.statistics());
}

export interface PeerPlan {
  /** Such as `10.5.77`: the peer holds 10.5.77.0/24, and 10.5.77.1 to .9 answer there. */
  readonly network: string;
  readonly mac: string;
  readonly publicIp: string;
}

const PREFIX = '/coreos.com/network/subnets';

/** The lease that flannel would write for the peer. */
export function leaseValue({ publicIp, mac }: PeerPlan): string {
  const data = `{"VNI":1,"VtepMAC":"${mac}"}`;
  return `{"PublicIP":"${publicIp}","PublicIPv6":null,"BackendType":"vxlan","BackendData":${data}}`;
}

export function leaseKey({ network }: PeerPlan): string {
  return `${PREFIX}/${network}.0-24`;
}

/**
 * A host of the lab that is set up by hand, so that a test decides about its MAC, its address and its lease. It knows
 * the host under test statically and answers for its subnet.
 */
export class StaticPeer {
  readonly #lab: Lab;
  readonly #host: Host;
  #plan: PeerPlan;
  #towards = '';

  constructor(lab: Lab, host: Host, plan: PeerPlan) {
    this.#lab = lab;
    this.#host = host;
    this.#plan = plan;
  }

  /** Makes the device and everything behind it; `towards` is the host that runs a daemon. */
  async raise(towards: Host): Promise<void> {
    const { device, lease } = await statsOf(towards);
    assert.ok(device !== null && lease !== null, `${towards.name} has no device or lease yet`);
    const source = lease.subnet.replace(/\/.*/, '');
    const { mac, network, publicIp } = this.#plan;
    await this.#host.namespace.configure(
      `link add flannel.1 address ${mac} mtu 1450 type vxlan id 1 local ${publicIp} dev eth0 dstport 8472 nolearning`,
      'link set flannel.1 up',
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((last) => `address add ${network}.${last}/32 dev lo`),
      'route add 10.5.0.0/16 dev flannel.1',
    );
    this.#towards = `neighbour replace ${source} lladdr ${device.mac} dev flannel.1 nud permanent`;
    await this.#host.namespace.configure(this.#towards);
    await this.#host.namespace.run(
      'bridge',
      ...`fdb append ${device.mac} dev flannel.1 dst ${towards.address} self permanent`.split(' '),
    );
  }

  async publish(): Promise<void> {
    await this.#lab.etcd.put(leaseKey(this.#plan), leaseValue(this.#plan));
  }

  async withdraw(): Promise<void> {
    await this.#lab.etcd.delete(leaseKey(this.#plan));
  }

  /** Another MAC on the same device, in the kernel and in the lease. The kernel flushes the device's neighbours then. */
  async changeMac(mac: string): Promise<void> {
    await this.#host.namespace.configure(`link set flannel.1 address ${mac}`, this.#towards);
    this.#plan = { ...this.#plan, mac };
    await this.publish();
  }

  /** Another underlay address: the old one is gone before the lease names the new one. */
  async changePublicIp(publicIp: string): Promise<void> {
    await this.#host.namespace.configure(
      `address add ${publicIp}/24 dev eth0`,
      `link set flannel.1 type vxlan id 1 local ${publicIp}`,
      `address del ${this.#plan.publicIp}/24 dev eth0`,
      `address replace ${publicIp}/24 dev eth0`,
    );
    this.#plan = { ...this.#plan, publicIp };
    await this.publish();
  }
}
