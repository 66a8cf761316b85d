import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchStats } from '../status/control-client.ts';
import type { Stats } from '../status/stats.ts';
import { BackgroundProcess, type Ending } from './background-process.ts';
import { LabFault } from './lab-fault.ts';
import type { Namespace } from './namespace.ts';
import { waitUntil } from './wait-until.ts';

export interface DaemonOptions {
  readonly namespace: Namespace;
  /** Holds the subnet file, the control socket and the log. */
  readonly folder: string;
  readonly etcdEndpoint: string;
  readonly outlive: boolean;
  /** Put before `run`: the program, and the arguments of its interpreter. */
  readonly program?: readonly string[];
  /** Put behind the lab's own options. */
  readonly extraArguments?: readonly string[];
}

/**
 * The program is started, not imported, so that the lab may stand before the commands in the import order. It runs on
 * this Node with the options of its own first line.
 */
export function builtProgram(): string[] {
  const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'cli', 'main.js');
  const [, options] = /^#!\/usr\/bin\/env -S node (.*)\n/.exec(readFileSync(main, 'utf8')) ?? [];
  if (options === undefined) {
    throw new LabFault(
      main,
      'no first line that names the options of node',
      '#!/usr/bin/env -S node OPTIONS',
    );
  }
  return [process.execPath, ...options.split(' ').filter(Boolean), main];
}

/** A real `l3missd run` in a host's namespace. */
export class Daemon {
  readonly subnetFile: string;
  readonly controlSocket: string;
  readonly logFile: string;
  readonly #options: DaemonOptions;
  #process: BackgroundProcess | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.subnetFile = join(options.folder, 'subnet.env');
    this.controlSocket = join(options.folder, 'control.sock');
    this.logFile = join(options.folder, 'l3missd.log');
  }

  /** @throws LabFault when it was never launched */
  get process(): BackgroundProcess {
    if (this.#process === undefined) {
      throw new LabFault('daemon', 'it was not launched', 'a daemon that was launched');
    }
    return this.#process;
  }

  /**
   * Starts the program and does not wait for it to be ready.
   *
   * @throws LabFault
   */
  async launch(...moreArguments: string[]): Promise<BackgroundProcess> {
    const { namespace, outlive, program = builtProgram(), extraArguments = [] } = this.#options;
    this.#process = await BackgroundProcess.start({
      namespace,
      outlive,
      command: [...program, 'run', ...this.#ownArguments(), ...extraArguments, ...moreArguments],
      logFile: this.logFile,
    });
    return this.#process;
  }

  /**
   * Starts the program and waits until it says that it is ready.
   *
   * @throws LabFault with the last lines of its log when it ends before, or is not ready within a minute
   */
  async start(...moreArguments: string[]): Promise<void> {
    await this.launch(...moreArguments);
    await this.waitUntilReady();
  }

  /** @throws LabFault as `start` does */
  async waitUntilReady(): Promise<void> {
    const signal = this.#options.namespace.gate.signal;
    const ready = async () => {
      this.process.assertRunning('l3missd');
      return existsSync(this.subnetFile) && (await this.statistics()).ready;
    };
    await waitUntil(`l3missd in ${this.#options.namespace.name} (log ${this.logFile})`, ready, {
      timeout: 60_000,
      signal,
    });
  }

  /**
   * What `l3missd stats --json` prints.
   *
   * @throws StatusFault when nobody answers
   */
  statistics(): Promise<Stats> {
    return fetchStats(this.controlSocket);
  }

  /** Ends it with SIGTERM. What it made in the kernel and in etcd stays. */
  async stop(): Promise<Ending> {
    return this.process.stop();
  }

  #ownArguments(): string[] {
    return [
      ['--etcd-endpoints', this.#options.etcdEndpoint],
      ['--iface', 'eth0'],
      ['--subnet-file', this.subnetFile],
      ['--control-socket', this.controlSocket],
      ['--log-format', 'json'],
    ].flat();
  }
}
