import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackgroundProcess } from '../../src/lab/background-process.ts';
import { tryCommand } from '../../src/lab/command.ts';
import { confine, confinedTo } from '../../src/lab/confined.ts';
import { builtProgram } from '../../src/lab/daemon.ts';
import type { Host } from '../../src/lab/host.ts';
import { Lab } from '../../src/lab/lab.ts';
import type { Placement } from '../../src/lab/machine.ts';
import type { Namespace } from '../../src/lab/namespace.ts';
import { REMOTE_SUBNETS, REMOTE_UNDERLAY } from '../../src/lab/planned-leases.ts';
import { standForRemoteHosts } from '../../src/lab/remote-hosts.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { NETWORK_CONFIG, OWN_SUBNETS } from './address-plan.ts';
import { BenchFault } from './bench-fault.ts';
import { compilePrograms, type Programs } from './programs.ts';

/** Where etcd holds the leases that most figures are measured with. */
export const MAIN_PREFIX = '/coreos.com/network';

/**
 * A datagram of a burst goes once the receiver has seen it where it comes out of its host: what a switch and a remote host
 * do with it, the processor of what answers would have to do here. (Payload offsets in bits from the outer UDP header: the
 * inner protocol and port.)
 */
const dropBursts = (ports: readonly string[]) => `
add table netdev wire
add chain netdev wire in { type filter hook ingress devices = { ${ports.join(', ')} } priority 0; }
add rule netdev wire in udp dport 8472 @th,312,8 17 @th,416,16 7113 drop
`;

/**
 * Hosts in namespaces: h1, whose daemon answers; h2, which its daemon made alike and left to the yardstick; and h3,
 * which stands for all remote hosts. Everything but what answers misses runs on one processor, that on another.
 */
export class Scene {
  readonly lab: Lab;
  readonly placement: Placement;
  /** What a yardstick was granted as receive buffer; the daemon asks for the same in the same way. */
  receiveBytes = 0;
  /** Whether a program may have a real-time priority here: not in a user namespace. */
  mayBePunctual = false;
  #programs: Programs | undefined;
  #runs = 0;

  constructor(placement: Placement) {
    this.placement = placement;
    this.lab = Lab.reserve({
      hosts: 3,
      networkConfig: NETWORK_CONFIG,
      daemonProgram: [...confinedTo(placement.agent), ...builtProgram()],
    });
  }

  /** The daemon's host. */
  get daemonHost(): Host {
    return this.lab.host(1);
  }

  get yardstickHost(): Host {
    return this.lab.host(2);
  }

  get remote(): Host {
    return this.lab.host(3);
  }

  /** @throws BenchFault before the scene is raised */
  get programs(): Programs {
    if (this.#programs === undefined) {
      throw new BenchFault('scene', 'programs that were not compiled', 'a scene that was raised');
    }
    return this.#programs;
  }

  /**
   * Raises the hosts and compiles the programs; daemons do not run yet.
   *
   * @throws LabFault, BenchFault
   */
  async raise(): Promise<void> {
    await confine(process.pid, this.placement.traffic);
    this.mayBePunctual = (await tryCommand('chrt', ['--fifo', '1', 'true'])).status === 0;
    this.#programs = await compilePrograms(this.lab.folder);
    await this.lab.raise();
    const { remote } = this;
    await standForRemoteHosts(remote, {
      subnets: [REMOTE_SUBNETS],
      underlays: [REMOTE_UNDERLAY],
    });
    await remote.namespace.configure(`route add ${OWN_SUBNETS} dev flannel.1`);
    const ports = [this.daemonHost.name, this.yardstickHost.name];
    await this.lab.switch.run('nft', dropBursts(ports));
  }

  /**
   * Starts the daemon of h1 and lets that of h2 make its device and go.
   *
   * @throws LabFault
   */
  async startDaemons(): Promise<void> {
    for (const host of [this.daemonHost, this.yardstickHost]) {
      await host.namespace.configure(`route add ${REMOTE_UNDERLAY} via ${this.remote.address}`);
      await host.daemon.start();
      await this.#introduce(host);
    }
    await this.yardstickHost.daemon.stop();
  }

  /**
   * Removes the neighbours of the host's tunnel device. A flush stops at the first entry that somebody else removed
   * meanwhile (a daemon that evicts), so it is repeated until it finds nothing of the kind.
   *
   * @throws LabFault
   */
  async flush(host: Host): Promise<void> {
    const args = ['neighbour', 'flush', 'dev', 'flannel.1', 'nud', 'permanent'];
    const flushed = async () => (await host.namespace.attempt('ip', args)).status === 0;
    await waitUntil(`neighbours of ${host.name} removed`, flushed, { timeout: 30_000, interval: 100 });
  }

  /** A number that no run had yet, by which its datagrams are known. */
  nextRun(): number {
    this.#runs += 1;
    return this.#runs;
  }

  /**
   * Starts a program of the benchmark and waits for its first line.
   *
   * @throws LabFault
   */
  async start(namespace: Namespace, name: string, command: readonly string[]): Promise<Started> {
    const logFile = join(this.lab.folder, `${name}-${this.nextRun()}.log`);
    const process = await BackgroundProcess.start({
      namespace,
      command,
      logFile,
      outlive: false,
    });
    const started = { process, output: () => readFileSync(logFile, 'utf8').trim().split('\n') };
    await waitUntil(name, () => {
      process.assertRunning(name);
      return started.output()[0] !== '';
    });
    return started;
  }

  /** Tells the remote side how to reach the host. */
  async #introduce(host: Host): Promise<void> {
    const { device, lease } = await host.daemon.statistics();
    const source = lease?.subnet.replace(/\/.*/, '');
    const { namespace } = this.remote;
    await namespace.configure(
      `neighbour replace ${source} lladdr ${device?.mac} dev flannel.1 nud permanent`,
    );
    const entry = `fdb append ${device?.mac} dev flannel.1 dst ${host.address} self permanent`;
    await namespace.run('bridge', ...entry.split(' '));
  }
}

export interface Started {
  readonly process: BackgroundProcess;
  /** The lines that it printed so far. */
  readonly output: () => string[];
}
