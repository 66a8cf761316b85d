import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BackgroundProcess } from '../lab/background-process.ts';
import { confine, confinedTo } from '../lab/confined.ts';
import { LabFault } from '../lab/lab-fault.ts';
import { isTreeRunnable, killTree, processTree, type TreeUsage, treeUsage } from '../lab/process-tree.ts';
import { waitUntil } from '../lab/wait-until.ts';
import { fetchStats } from '../status/control-client.ts';
import { CompareFault } from './compare-fault.ts';
import { type AgentFiles, type Contestant, commandOf } from './contestant.ts';
import type { Stand } from './stand.ts';
import { countAtRest, type TableCounts } from './tables.ts';
import { monotonicMs } from './traffic/verbs.ts';

export interface StartOptions {
  /** For our modes, behind the rest. */
  readonly extra?: readonly string[];
  /** Put before the program: a tracer. */
  readonly wrapper?: readonly string[];
  /** Milliseconds in which it has to become ready: a minute unless told. */
  readonly readyWithinMs?: number;
  /** It may use every processor: where it is not timed, or not yet. */
  readonly unconfined?: boolean;
}

/** A program takes this long at most to become ready, and to program what there is. */
const PATIENCE_MS = 60_000;
/** Tables that look the same for so long are done with: ours say when they are ready, a peer may pause before it begins. */
const STANDSTILL_MS = { mode: 100, peer: 1000 };
const LOOK_MS = 50;
const LAST_LINES = 3;

/** A contestant that runs on a stand, from nothing: no device, no files, the leases that are in etcd. */
export class Agent {
  readonly contestant: Contestant;
  readonly stand: Stand;
  /** When it was started, by `monotonicMs`. */
  readonly startedAt: number;
  readonly #process: BackgroundProcess;
  readonly #files: AgentFiles;
  readonly #readyWithinMs: number;

  private constructor(
    stand: Stand,
    contestant: Contestant,
    started: {
      readonly at: number;
      readonly process: BackgroundProcess;
      readonly files: AgentFiles;
      readonly readyWithinMs: number;
    },
  ) {
    this.stand = stand;
    this.contestant = contestant;
    this.startedAt = started.at;
    this.#process = started.process;
    this.#files = started.files;
    this.#readyWithinMs = started.readyWithinMs;
  }

  /** @throws LabFault when it cannot be started */
  static async start(stand: Stand, contestant: Contestant, options: StartOptions = {}): Promise<Agent> {
    await stand.removeDevice();
    const folder = stand.freshFolder();
    const files = { subnetFile: join(folder, 'subnet.env'), controlSocket: join(folder, 'control.sock') };
    const { extra = [], wrapper = [], readyWithinMs = PATIENCE_MS, unconfined = false } = options;
    const command = commandOf(contestant, stand.cluster, files, extra);
    const at = monotonicMs();
    const process = await BackgroundProcess.start({
      namespace: stand.host.namespace,
      command: [...(unconfined ? [] : confinedTo(stand.placement.agent)), ...wrapper, ...command],
      logFile: join(folder, 'agent.log'),
      outlive: false,
    });
    return new Agent(stand, contestant, { at, process, files, readyWithinMs });
  }

  /**
   * Waits for the subnet file.
   *
   * @returns the moment, by `monotonicMs`
   * @throws CompareFault with the last lines of its output when it ends before, or takes too long
   */
  async subnetFileWritten(): Promise<number> {
    await this.#become('written no subnet file', 1, () => existsSync(this.#files.subnetFile));
    return monotonicMs();
  }

  /**
   * Waits until the subnet file is there and the tables stand still, and gives what is in them.
   *
   * @throws CompareFault as `subnetFileWritten` does
   */
  async settled(): Promise<TableCounts> {
    await this.subnetFileWritten();
    if (this.contestant.kind === 'mode') {
      await this.#become('not said that it is ready', LOOK_MS, () => this.#saysReady());
    }
    return countAtRest(this.stand.host, {
      stillMs: STANDSTILL_MS[this.contestant.kind],
      atMostMs: PATIENCE_MS,
      isAtWork: () => this.isAtWork(),
    });
  }

  /** From now on it has the processor of the timed ones only. @throws LabFault */
  async confine(): Promise<void> {
    for (const pid of processTree(this.#process.pid)) {
      await confine(pid, this.stand.placement.agent);
    }
  }

  /** What it and its children use at this moment. */
  usage(): TreeUsage {
    return treeUsage(this.#process.pid);
  }

  /** @throws CompareFault with its last lines when it has ended */
  assertRunning(): void {
    if (!this.#process.running) {
      throw this.#fault('it ended');
    }
  }

  /** Kills it and its children, and waits for its end. */
  async kill(): Promise<void> {
    killTree(this.#process.pid);
    await this.#process.wait();
  }

  /**
   * Whether it may go on filling its tables, however long they stand still: a peer that waits for a processor.
   *
   * @throws CompareFault when it has ended
   */
  isAtWork(): boolean {
    this.assertRunning();
    return this.contestant.kind === 'peer' && isTreeRunnable(this.#process.pid);
  }

  async #saysReady(): Promise<boolean> {
    return (await fetchStats(this.#files.controlSocket)).ready;
  }

  async #become(what: string, interval: number, look: () => boolean | Promise<boolean>): Promise<void> {
    const { signal } = this.stand.host.namespace.gate;
    const reached = async () => {
      this.assertRunning();
      return look();
    };
    try {
      await waitUntil(this.contestant.name, reached, { timeout: this.#readyWithinMs, interval, signal });
    } catch (error) {
      if (error instanceof LabFault && !(error instanceof CompareFault) && !signal.aborted) {
        throw this.#fault(`it has ${what} after ${this.#readyWithinMs / 1000} s`);
      }
      throw error;
    }
  }

  #fault(what: string): CompareFault {
    const lines = this.#process.lastLines(LAST_LINES);
    return new CompareFault(
      `${this.contestant.kind} ${this.contestant.name}`,
      lines === '' ? `${what}, and printed nothing` : `${what}: ${lines}`,
      'a program that becomes ready',
    );
  }
}
