import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BackgroundProcess } from '../../src/lab/background-process.ts';
import { runCommand } from '../../src/lab/command.ts';
import { LabFault } from '../../src/lab/lab-fault.ts';
import type { Namespace } from '../../src/lab/namespace.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';

const SOURCES = ['flow.c', 'flow-receive.c'];
const DEFAULT_PORT = 7200;

/** As long as the program may send. */
const AN_HOUR = 3600;

const count = z.int().nonnegative();
const range = z.object({ first: count, last: count });

const sentSchema = z.object({ sent: count, refused: count });

const receivedSchema = z.object({
  /** Distinct numbers that came. */
  received: count,
  duplicates: count,
  reordered: count,
  /** -1 when nothing came. */
  highest: z.int(),
  /** Below the highest; of the ranges the first hundred. */
  missing: z.object({ total: count, ranges: z.array(range) }),
  longestGapMicroseconds: count,
  /** Microseconds. */
  delays: z.object({ p50: count, p99: count, max: count }),
  /** Dropped at the receiver's own socket: neither the network's fault nor the daemon's. */
  overflowed: count,
});

const connectSchema = z.object({ error: z.string(), microseconds: count });

export type Received = z.infer<typeof receivedSchema>;
export type Sent = z.infer<typeof sentSchema>;
/** How a TCP connect ended: the errno's name, or nothing for a connection. */
export type Connect = z.infer<typeof connectSchema>;

/** What became of a flow. `lost` of the datagrams that the sender's kernel took never came, also at its end. */
export type FlowResult = Sent & Received & { readonly lost: number };

export interface FlowPlan {
  readonly from: Namespace;
  readonly to: Namespace;
  /** Where the receiver listens. */
  readonly address: string;
  /** As many addresses from that one on are sent to in turn, and the receiver has all of them: 1 unless told. */
  readonly addresses?: number;
  /** Datagrams a second: up to 30,000 on a shared processor. */
  readonly rate: number;
  /** Ends the sender after that time; unless told it sends until it is stopped. */
  readonly seconds?: number;
  /** Tells flows to one namespace apart: 7200 unless told. */
  readonly port?: number;
}

export interface ScanPlan {
  readonly first: string;
  readonly count: number;
  readonly rate: number;
}

/** Why there are no flows here, or false when there are: for the `skip` option of a test. */
export function flowSkipReason(): string | false {
  return spawnSync('sh', ['-c', 'command -v cc']).status === 0 ? false : 'cc is not installed';
}

/** The compiled `test/support/flow.c`, which says what each of its modes does. */
export class FlowProgram {
  readonly #program: string;
  readonly #folder: string;

  private constructor(program: string, folder: string) {
    this.#program = program;
    this.#folder = folder;
  }

  /**
   * Compiles it into the folder, where the outputs of its runs go too: a lab's folder ends with the lab.
   *
   * @throws LabFault with the compiler's words
   */
  static async compile(folder: string): Promise<FlowProgram> {
    const program = join(folder, 'flow');
    const options = ['-O2', '-Wall', '-Wextra', '-Werror', '-D_GNU_SOURCE'];
    const sources = SOURCES.map((name) => join(repositoryRoot(), 'test', 'support', name));
    await runCommand('cc', [...options, ...sources, '-o', program]);
    return new FlowProgram(program, folder);
  }

  /**
   * Starts the receiver and, once that listens, the sender.
   *
   * @throws LabFault
   */
  async start(plan: FlowPlan): Promise<Flow> {
    const { from, to, address, addresses = 1, rate, seconds = AN_HOUR, port = DEFAULT_PORT } = plan;
    const receiver = await this.receive(to, port);
    const mode = addresses === 1 ? ['send', address] : ['spread', address, addresses];
    const sender = await this.#background(from, [...mode, port, rate, seconds]);
    return new Flow(sender, receiver, plan.seconds !== undefined);
  }

  /**
   * Starts a receiver, for a flow that comes to two places one after the other; resolves when it listens.
   *
   * @throws LabFault
   */
  async receive(to: Namespace, port = DEFAULT_PORT): Promise<Receiver> {
    const process = await this.#background(to, ['receive', port]);
    await lineOf(process, z.object({ buffer: count }));
    return new Receiver(process);
  }

  /**
   * Sends one datagram to each address; resolves when all are sent.
   *
   * @throws LabFault
   */
  async scan(from: Namespace, { first, count, rate }: ScanPlan): Promise<Sent> {
    const words = ['scan', first, count, rate, DEFAULT_PORT].map(String);
    return sentSchema.parse(JSON.parse(await from.run(this.#program, ...words)));
  }

  /**
   * Sends to an address at which nobody receives; resolves when all is sent.
   *
   * @throws LabFault
   */
  async flood(
    from: Namespace,
    { address, rate, seconds }: Required<Pick<FlowPlan, 'address' | 'rate' | 'seconds'>>,
  ): Promise<Sent> {
    const words = ['send', address, DEFAULT_PORT, rate, seconds].map(String);
    return sentSchema.parse(JSON.parse(await from.run(this.#program, ...words)));
  }

  /**
   * Connects by TCP to `count` addresses from `first` on, one after another; what is timed is the call alone.
   *
   * @throws LabFault
   */
  async connect(from: Namespace, first: string, count: number): Promise<Connect[]> {
    const words = ['connect', first, count, DEFAULT_PORT].map(String);
    return z.array(connectSchema).parse(JSON.parse(await from.run(this.#program, ...words)));
  }

  #background(namespace: Namespace, words: readonly (string | number)[]): Promise<BackgroundProcess> {
    return BackgroundProcess.start({
      namespace,
      command: [this.#program, ...words.map(String)],
      logFile: join(mkdtempSync(join(this.#folder, 'flow-')), 'output'),
      outlive: false,
    });
  }
}

/** A receiver that runs. */
export class Receiver {
  readonly #process: BackgroundProcess;

  constructor(process: BackgroundProcess) {
    this.#process = process;
  }

  /**
   * Waits until the first datagram came and gives its number.
   *
   * @throws LabFault when none came within ten seconds
   */
  async arrives(): Promise<number> {
    return (await lineOf(this.#process, z.object({ first: count }))).first;
  }

  /**
   * Ends it when nothing more comes, and gives what came.
   *
   * @throws LabFault
   */
  async stop(): Promise<Received> {
    await this.#process.stop();
    return lineOf(this.#process, receivedSchema);
  }
}

/** A sender and a receiver that run. */
export class Flow {
  readonly #sender: BackgroundProcess;
  readonly #receiver: Receiver;
  /** Whether the sender may be at its end before it is stopped. */
  readonly #isTimed: boolean;

  constructor(sender: BackgroundProcess, receiver: Receiver, isTimed: boolean) {
    this.#sender = sender;
    this.#receiver = receiver;
    this.#isTimed = isTimed;
  }

  /**
   * Waits until the first datagram came and gives its number.
   *
   * @throws LabFault when none came within ten seconds
   */
  arrives(): Promise<number> {
    return this.#receiver.arrives();
  }

  /**
   * Waits until the sender has sent for as long as planned, and gives what became of it.
   *
   * @throws LabFault
   */
  async end(): Promise<FlowResult> {
    await this.#sender.wait();
    return this.stop();
  }

  /**
   * Ends the sender now and, when nothing more comes, the receiver.
   *
   * @throws LabFault also when a sender that was to send until now did not
   */
  async stop(): Promise<FlowResult> {
    const isCutShort = !this.#isTimed && !this.#sender.running;
    if (this.#sender.running) {
      await this.#sender.stop();
    }
    const sent = await lineOf(this.#sender, sentSchema);
    const received = await this.#receiver.stop();
    if (isCutShort) {
      throw new LabFault('flow', `a sender that ended by itself, after ${sent.sent}`, 'one that is stopped');
    }
    return { ...sent, ...received, lost: sent.sent - received.received };
  }
}

/** The first line of its output that fits, once it is there. */
function lineOf<T>(of: BackgroundProcess, schema: z.ZodType<T>): Promise<Exclude<T, undefined | false>> {
  return waitUntil('output of flow', () => {
    const lines = readFileSync(of.logFile, 'utf8').split('\n').slice(0, -1);
    const found = lines.map((line) => schema.safeParse(parsed(line))).find(({ success }) => success);
    if (found?.success === true) {
      return found.data;
    }
    of.assertRunning('flow');
    return undefined;
  });
}

/** @throws LabFault for what is no JSON: the program's complaint */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new LabFault('flow', line, 'a line of JSON', error);
  }
}

/** The nearest folder above this file that holds package.json, wherever the build put this file. */
function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    folder = dirname(folder);
  }
  return folder;
}
