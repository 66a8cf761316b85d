import type { Host } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import { LabFault } from '../lab/lab-fault.ts';
import type { Placement } from '../lab/machine.ts';
import { deleteLeases, putLeases, REMOTE_SUBNETS, REMOTE_UNDERLAY } from '../lab/planned-leases.ts';
import { standForRemoteHosts } from '../lab/remote-hosts.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import { leasesOf, MOVED_UNDERLAY, ownSubnet } from './address-plan.ts';
import { CompareFault } from './compare-fault.ts';
import { Stand } from './stand.ts';

/**
 * The hosts of a comparison: one that stands for all remote nodes, and for each contestant one on which it is measured and
 * one on which it is counted. Packets to the nodes go through the tunnel of the agent under test; the answers
 * come back untunnelled, so that nothing but that agent decides what arrives.
 */
export class Scene {
  readonly lab: Lab;
  readonly placement: Placement;
  readonly #stands: Stand[] = [];
  readonly #published = new Map<Stand, number>();

  /** @param stands how many hosts contestants run on */
  constructor(stands: number, placement: Placement) {
    this.placement = placement;
    this.lab = Lab.reserve({ hosts: stands + 1, networkConfig: null });
  }

  get remote(): Host {
    return this.lab.host(1);
  }

  /** @throws CompareFault when there is no such stand */
  stand(number: number): Stand {
    const stand = this.#stands[number];
    if (stand === undefined) {
      throw new CompareFault('scene', `no stand ${number}`, `0 to ${this.#stands.length - 1}`);
    }
    return stand;
  }

  /** @throws CompareFault, LabFault */
  async raise(): Promise<void> {
    await this.lab.raise();
    await this.#raiseRemote();
    const { placement, lab } = this;
    for (const [number, host] of lab.hosts.slice(1).entries()) {
      await this.remote.namespace.configure(`route add ${ownSubnetOf(number)} via ${host.address}`);
      await host.namespace.configure(
        `route add ${REMOTE_UNDERLAY} via ${this.remote.address}`,
        `route add ${MOVED_UNDERLAY} via ${this.remote.address}`,
      );
      this.#stands.push(await Stand.prepare({ host, number, etcd: lab.etcd, placement }));
    }
  }

  /** Makes the stand's cluster consist of nodes 1 to `count`, where it does not yet. */
  async publish(stand: Stand, count: number): Promise<void> {
    const before = this.#published.get(stand) ?? 0;
    if (before === count) {
      return;
    }
    const { etcdPrefix } = stand.cluster;
    await putLeases(this.lab.etcd, etcdPrefix, leasesOf(1, count));
    if (before > count) {
      await deleteLeases(this.lab.etcd, etcdPrefix, leasesOf(count + 1, before - count));
    }
    this.#published.set(stand, count);
  }

  async #raiseRemote(): Promise<void> {
    try {
      await standForRemoteHosts(this.remote, {
        subnets: [REMOTE_SUBNETS],
        underlays: [REMOTE_UNDERLAY, MOVED_UNDERLAY],
      });
    } catch (error) {
      if (error instanceof LabFault && /unknown device type|not supported/i.test(error.found)) {
        throw new CompareFault('kernel', 'it has no VXLAN devices', 'one with CONFIG_VXLAN (modprobe vxlan)');
      }
      throw error;
    }
  }
}

function ownSubnetOf(number: number): string {
  return `${formatIpv4(ownSubnet(number))}/24`;
}
