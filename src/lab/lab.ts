import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from './container.ts';
import { Etcd } from './etcd.ts';
import { Gate } from './gate.ts';
import { Host } from './host.ts';
import { LabFault } from './lab-fault.ts';
import { KEPT, reserveLabName } from './lab-name.ts';
import { Namespace } from './namespace.ts';
import { takeDownLab } from './take-down.ts';

export interface LabOptions {
  /** 1 to 200; 2 unless told. */
  readonly hosts?: number;
  /** The text under `/coreos.com/network/config`; null leaves the key out. */
  readonly networkConfig?: string | null;
  /** Programs live on after this process, so that `keep` may be called. */
  readonly outlive?: boolean;
  /** The command that stands for `l3missd`: the built one unless told. */
  readonly daemonProgram?: readonly string[];
  /** Put behind the options that the lab gives to every daemon. */
  readonly daemonArguments?: readonly string[];
}

const SWITCH_ADDRESS = '10.99.0.1';
const DEFAULT_CONFIG = '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan"}}';

/**
 * Throw-away hosts in network namespaces, joined by a switch in which one real etcd runs.
 *
 * Reserve it, arrange for `takeDown` on every way out, and only then raise it: taking down is right at any moment.
 */
export class Lab {
  readonly name: string;
  readonly folder: string;
  readonly #options: LabOptions;
  readonly #gate = new Gate();
  readonly #hosts: Host[] = [];
  #switch: Namespace | undefined;
  #etcd: Etcd | undefined;
  #takenDown: Promise<void> | undefined;

  private constructor(options: LabOptions) {
    const { name, folder } = reserveLabName();
    this.name = name;
    this.folder = folder;
    this.#options = options;
  }

  /** Takes a name and a folder for the lab; nothing runs yet. */
  static reserve(options: LabOptions = {}): Lab {
    return new Lab(options);
  }

  get hosts(): readonly Host[] {
    return this.#hosts;
  }

  /** What joins the hosts: its bridge `br0` has a port called after each. @throws LabFault before the lab is raised */
  get switch(): Namespace {
    if (this.#switch === undefined) {
      throw new LabFault('lab', 'its switch was not raised', 'a lab that was raised');
    }
    return this.#switch;
  }

  /** @throws LabFault before the lab is raised */
  get etcd(): Etcd {
    if (this.#etcd === undefined) {
      throw new LabFault('lab', 'its etcd was not started', 'a lab that was raised');
    }
    return this.#etcd;
  }

  /** @throws LabFault when there is no such host */
  host(number: number): Host {
    const host = this.#hosts[number - 1];
    if (host === undefined) {
      throw new LabFault('lab', `no host ${number}`, `1 to ${this.#hosts.length}`);
    }
    return host;
  }

  get containers(): Container[] {
    return this.#hosts.flatMap((host) => host.containers);
  }

  /**
   * Raises the switch, etcd with the network config, and the hosts; neither daemons nor containers.
   *
   * @throws LabFault; what was raised until then stands until `takeDown`
   */
  async raise(): Promise<void> {
    const { outlive = false, networkConfig = DEFAULT_CONFIG, hosts = 2 } = this.#options;
    this.#switch = await this.#addSwitch();
    const etcd = new Etcd({
      namespace: this.#switch,
      address: SWITCH_ADDRESS,
      folder: join(this.folder, 'etcd'),
      outlive,
    });
    this.#etcd = etcd;
    await etcd.start();
    if (networkConfig !== null) {
      await etcd.put('/coreos.com/network/config', networkConfig);
    }
    for (let number = 1; number <= hosts; number++) {
      this.#hosts.push(await this.#raiseHost(number, outlive));
    }
  }

  /**
   * Starts the daemon of every host, at the same time, and waits until all are ready.
   *
   * @throws LabFault
   */
  async startDaemons(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.daemon.start()));
  }

  /**
   * Adds containers to every host.
   *
   * @throws LabFault
   */
  async addContainers(perHost: number): Promise<void> {
    for (const host of this.#hosts) {
      await host.addContainers(perHost);
    }
  }

  /**
   * Leaves the lab up after this process. Without root its namespaces live in a user namespace that only its own
   * processes hold, so the file that marks it names one of them: etcd, through which others can enter.
   */
  keep(): void {
    writeFileSync(join(this.folder, KEPT), this.rootless ? String(this.etcd.process?.pid) : '');
  }

  /** The lab was raised in a user namespace: there the map of users is not the identity (user_namespaces(7)). */
  get rootless(): boolean {
    return !/^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
  }

  /**
   * Ends the lab's processes and removes its namespaces and its folder, whatever state it is in.
   *
   * @throws LabFault when something stays
   */
  takeDown(): Promise<void> {
    this.#takenDown ??= this.#gate.close().then(() => takeDownLab(this.name, this.folder));
    return this.#takenDown;
  }

  async #addSwitch(): Promise<Namespace> {
    const namespace = await Namespace.add(`${this.name}-switch`, this.#gate);
    // Docker's engine lets bridges pass IP packets through netfilter; a switch does nothing of the kind.
    await namespace.setKernelParameters({ 'net/bridge/bridge-nf-call-iptables': '0' });
    await namespace.configure(
      'link add br0 type bridge',
      `address add ${SWITCH_ADDRESS}/24 dev br0`,
      'link set br0 up',
    );
    return namespace;
  }

  #raiseHost(number: number, outlive: boolean): Promise<Host> {
    const { daemonProgram, daemonArguments } = this.#options;
    return Host.raise({
      labName: this.name,
      labFolder: this.folder,
      number,
      gate: this.#gate,
      switchNamespace: this.switch,
      etcdEndpoint: this.etcd.endpoint,
      outlive,
      ...(daemonProgram === undefined ? {} : { daemonProgram }),
      ...(daemonArguments === undefined ? {} : { daemonArguments }),
    });
  }
}
