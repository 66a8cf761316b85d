import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import { labEnvironment } from './command.ts';
import { LabFault } from './lab-fault.ts';
import type { Namespace } from './namespace.ts';

export interface BackgroundOptions {
  readonly namespace: Namespace;
  readonly command: readonly string[];
  /** Both outputs are appended to this file. */
  readonly logFile: string;
  /** Lives on after this process, for a lab that stays up. Otherwise the kernel kills it with its parent. */
  readonly outlive: boolean;
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Ending {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs in a namespace until it is stopped. */
export class BackgroundProcess {
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the program has ended. */
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number, logFile: string) {
    this.#child = child;
    this.pid = pid;
    this.logFile = logFile;
    this.ended = new Promise((resolve) => {
      child.once('exit', (status, signal) => resolve({ status, signal }));
    });
  }

  /**
   * Starts the program in a session of its own: Ctrl-C at the terminal reaches only the lab, which then ends its
   * programs in order. `ip netns exec` and `setpriv` become the program, so its pid is the child's.
   *
   * @throws LabFault when it cannot start
   */
  static start(options: BackgroundOptions): Promise<BackgroundProcess> {
    const orphan = options.outlive ? [] : ['setpriv', '--pdeathsig', 'KILL'];
    const args = ['netns', 'exec', options.namespace.name, ...orphan, ...options.command];
    return options.namespace.gate.pass(async () => {
      const log = openSync(options.logFile, 'a', 0o600);
      try {
        const child = spawn('ip', args, {
          detached: true,
          stdio: ['ignore', log, log],
          env: { ...labEnvironment(), ...options.environment },
          ...(options.folder === undefined ? {} : { cwd: options.folder }),
        });
        await started(child, options.command);
        child.unref();
        return new BackgroundProcess(child, child.pid ?? 0, options.logFile);
      } finally {
        closeSync(log);
      }
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for the program's end, which holds this process up although the program itself does not. */
  wait(): Promise<Ending> {
    this.#child.ref();
    return this.ended;
  }

  /** Ends the program with SIGTERM, and with SIGKILL when it takes longer than `patience` milliseconds. */
  async stop(patience = 5000): Promise<Ending> {
    this.kill('SIGTERM');
    const gone = new AbortController();
    const killLater = systemClock.sleep(patience, gone.signal).then(() => {
      if (!gone.signal.aborted) {
        this.kill('SIGKILL');
      }
    });
    const ending = await this.wait();
    gone.abort();
    await killLater;
    return ending;
  }

  /** The last lines of what the program printed. */
  lastLines(count = 5): string {
    const lines = readFileSync(this.logFile, 'utf8').trimEnd().split('\n');
    return lines.slice(-count).join(' | ');
  }

  /** @throws LabFault with the last lines of its log when the program has ended */
  assertRunning(name: string): void {
    if (!this.running) {
      const how = this.#child.signalCode ?? `exit status ${this.#child.exitCode}`;
      throw new LabFault(name, `it ended with ${how}: ${this.lastLines()}`, 'a program that keeps running');
    }
  }
}

function started(child: ChildProcess, command: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(
        new LabFault(`command \`${command.join(' ')}\``, 'it could not start', 'a program that runs', error),
      ),
    );
  });
}
