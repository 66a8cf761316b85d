import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { confinedTo } from '../lab/confined.ts';
import type { Container } from '../lab/container.ts';
import type { Etcd } from '../lab/etcd.ts';
import type { Host } from '../lab/host.ts';
import type { Placement } from '../lab/machine.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import { parseMac } from '../net/mac.ts';
import { networkConfig, ownSubnet } from './address-plan.ts';
import { CompareFault } from './compare-fault.ts';
import type { Cluster } from './contestant.ts';
import { Traffic } from './traffic/traffic.ts';

export interface StandOptions {
  readonly host: Host;
  /** From 0 on: which subnet it has, and in which cluster. */
  readonly number: number;
  readonly etcd: Etcd;
  readonly placement: Placement;
}

/** A host on which contestants run, with a container that sends, in a cluster of its own within the same etcd. */
export class Stand {
  readonly host: Host;
  readonly cluster: Cluster;
  readonly traffic: Traffic;
  readonly placement: Placement;
  readonly #folder: string;

  private constructor(options: StandOptions, traffic: Traffic) {
    this.host = options.host;
    this.placement = options.placement;
    this.traffic = traffic;
    this.cluster = clusterOf(options);
    this.#folder = join(options.host.folder, 'agent');
  }

  /**
   * Prepares a host that was raised: the cluster's config, the container, and the program in it.
   *
   * @throws LabFault, CompareFault
   */
  static async prepare(options: StandOptions): Promise<Stand> {
    const { host, etcd, number, placement } = options;
    await etcd.put(`${clusterOf(options).etcdPrefix}/config`, networkConfig(number));
    // What comes back is not tunnelled, so it comes from another interface than it would be answered by.
    await host.namespace.setKernelParameters({
      'net/ipv4/conf/all/rp_filter': '0',
      'net/ipv4/conf/default/rp_filter': '0',
      'net/ipv4/conf/eth0/rp_filter': '0',
    });
    await host.addContainers(1, { gateway: `${formatIpv4(ownSubnet(number) + 1)}/24`, mtu: 1450 });
    const traffic = await Traffic.start({
      container: containerOf(host),
      gatewayMac: await macOf(host, 'cni0'),
      prefix: confinedTo(placement.traffic),
    });
    return new Stand(options, traffic);
  }

  /** An empty folder for the files of an agent. */
  freshFolder(): string {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder);
    return this.#folder;
  }

  /** Removes the device of the agent before, and with it all that it programmed. */
  async removeDevice(): Promise<void> {
    await this.host.namespace.attempt('ip', ['link', 'delete', 'flannel.1']);
  }
}

function clusterOf({ etcd, number }: StandOptions): Cluster {
  return { etcdEndpoint: etcd.endpoint, etcdPrefix: `/coreos.com/network-${number + 1}` };
}

function containerOf(host: Host): Container {
  const [container] = host.containers;
  if (container === undefined) {
    throw new CompareFault(host.name, 'no container', 'a host with one');
  }
  return container;
}

async function macOf(host: Host, device: string) {
  const shown = await host.namespace.run('cat', `/sys/class/net/${device}/address`);
  return parseMac(shown.trim(), device);
}
