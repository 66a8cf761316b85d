import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from './container.ts';
import { Daemon } from './daemon.ts';
import type { Gate } from './gate.ts';
import { LabFault } from './lab-fault.ts';
import { Namespace } from './namespace.ts';
import { parseSubnetEnvironment, type SubnetEnvironment } from './subnet-environment.ts';

export interface HostOptions {
  readonly labName: string;
  readonly labFolder: string;
  /** 1 is the first host: it is called h1 and has the address 10.99.0.11. */
  readonly number: number;
  readonly gate: Gate;
  /** Joins the hosts: its bridge `br0` is their underlay. */
  readonly switchNamespace: Namespace;
  readonly etcdEndpoint: string;
  readonly outlive: boolean;
  readonly daemonProgram?: readonly string[];
  readonly daemonArguments?: readonly string[];
}

/** A host: `eth0` in the underlay, a daemon, and containers behind the bridge `cni0`. */
export class Host {
  /** `h1`, `h2` and so on. */
  readonly name: string;
  readonly address: string;
  readonly folder: string;
  readonly namespace: Namespace;
  readonly daemon: Daemon;
  readonly #containers: Container[] = [];

  private constructor(options: HostOptions, namespace: Namespace, folder: string) {
    this.name = hostName(options);
    this.address = hostAddress(options);
    this.folder = folder;
    this.namespace = namespace;
    this.daemon = new Daemon({
      namespace,
      folder,
      etcdEndpoint: options.etcdEndpoint,
      outlive: options.outlive,
      ...(options.daemonProgram === undefined ? {} : { program: options.daemonProgram }),
      ...(options.daemonArguments === undefined ? {} : { extraArguments: options.daemonArguments }),
    });
  }

  /**
   * Adds the namespace, plugs it into the switch and turns forwarding on, which on real hosts the operator does.
   *
   * @throws LabFault
   */
  static async raise(options: HostOptions): Promise<Host> {
    const name = hostName(options);
    const folder = join(options.labFolder, name);
    mkdirSync(folder);
    const namespace = await Namespace.add(`${options.labName}-${name}`, options.gate);
    await options.switchNamespace.configure(
      `link add ${name} type veth peer name eth0 netns ${namespace.name}`,
      `link set ${name} master br0 up`,
    );
    await namespace.configure(`address add ${hostAddress(options)}/24 dev eth0`, 'link set eth0 up');
    await namespace.setKernelParameters({ 'net/ipv4/ip_forward': '1' });
    return new Host(options, namespace, folder);
  }

  get containers(): readonly Container[] {
    return this.#containers;
  }

  /**
   * Adds containers with addresses from .2 on, on the subnet that stands in the daemon's subnet file unless told.
   *
   * @throws LabFault
   */
  async addContainers(count: number, subnet = this.#daemonsSubnet()): Promise<void> {
    if (this.#containers.length === 0) {
      await this.#addBridge(subnet);
    }
    for (let added = 0; added < count; added++) {
      this.#containers.push(await this.#addContainer(this.#containers.length + 1, subnet));
    }
  }

  #daemonsSubnet(): SubnetEnvironment {
    return parseSubnetEnvironment(readFileSync(this.daemon.subnetFile, 'utf8'));
  }

  async #addBridge(subnet: SubnetEnvironment): Promise<void> {
    await this.namespace.configure(
      'link add cni0 type bridge',
      `address add ${subnet.gateway} dev cni0`,
      `link set cni0 mtu ${subnet.mtu} up`,
    );
  }

  async #addContainer(number: number, subnet: SubnetEnvironment): Promise<Container> {
    const [gateway = '', length = ''] = subnet.gateway.split('/');
    const address = addressBehind(gateway, number);
    const namespace = await Namespace.add(`${this.namespace.name}-c${number}`, this.namespace.gate);
    const peer = `peer name eth0 mtu ${subnet.mtu} netns ${namespace.name}`;
    await this.namespace.configure(
      `link add c${number} mtu ${subnet.mtu} type veth ${peer}`,
      `link set c${number} master cni0 up`,
    );
    await namespace.configure(
      `address add ${address}/${length} dev eth0`,
      'link set eth0 up',
      `route add default via ${gateway}`,
    );
    return { name: `${this.name}-c${number}`, hostName: this.name, address, namespace };
  }
}

function hostName(options: HostOptions): string {
  return `h${options.number}`;
}

function hostAddress(options: HostOptions): string {
  return `10.99.0.${options.number + 10}`;
}

/** @throws LabFault when the last byte does not hold it */
function addressBehind(gateway: string, offset: number): string {
  const bytes = gateway.split('.');
  const last = Number(bytes[3]) + offset;
  if (!(last < 255)) {
    throw new LabFault('container', `number ${offset} behind ${gateway}`, 'an address that ends below .255');
  }
  return [...bytes.slice(0, 3), last].join('.');
}
