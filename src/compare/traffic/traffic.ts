import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { labEnvironment } from '../../lab/command.ts';
import type { Container } from '../../lab/container.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import { CompareFault } from '../compare-fault.ts';
import {
  type Burst,
  burstSchema,
  type Flood,
  floodSchema,
  readySchema,
  type Scan,
  scanSchema,
  type Touch,
  type TrafficRequest,
  touchSchema,
  type Until,
  untilSchema,
} from './verbs.ts';

export interface TrafficOptions {
  readonly container: Container;
  readonly gatewayMac: Mac;
  /** Put before the program: what confines it to a processor. */
  readonly prefix: readonly string[];
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** The traffic program in a container, which does one thing at a time. */
export class Traffic {
  readonly #child: Child;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #errors = '';
  #last: Promise<unknown> = Promise.resolve();

  private constructor(child: Child) {
    this.#child = child;
    this.#reader = createInterface({ input: child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
    child.stderr.on('data', (chunk) => {
      this.#errors += String(chunk);
    });
    // A program that ended makes the write fail; the line that does not come says so.
    child.stdin.on('error', () => undefined);
  }

  /** @throws CompareFault, LabFault when it does not become ready */
  static start({ container, gatewayMac, prefix }: TrafficOptions): Promise<Traffic> {
    const { namespace, address } = container;
    const program = fileURLToPath(new URL('./traffic-program.js', import.meta.url));
    const command = [...prefix, process.execPath, program, 'eth0', address, gatewayMac];
    return namespace.gate.pass(async () => {
      const args = ['netns', 'exec', namespace.name, 'setpriv', '--pdeathsig', 'KILL', ...command];
      const child = spawn('ip', args, { stdio: ['pipe', 'pipe', 'pipe'], env: labEnvironment() });
      const traffic = new Traffic(child);
      child.on('error', (error) => {
        traffic.#errors += error.message;
        traffic.#reader.close();
      });
      await traffic.#answer(readySchema);
      return traffic;
    });
  }

  /** First and second round trip of each destination, one after another. */
  scan(destinations: readonly Ipv4[], patience: number): Promise<Scan> {
    return this.#ask({ verb: 'scan', destinations: [...destinations], patience }, scanSchema);
  }

  burst(destinations: readonly Ipv4[], patience: number): Promise<Burst> {
    return this.#ask({ verb: 'burst', destinations: [...destinations], patience }, burstSchema);
  }

  touch(destinations: readonly Ipv4[], window: number, patience: number): Promise<Touch> {
    return this.#ask({ verb: 'touch', destinations: [...destinations], window, patience }, touchSchema);
  }

  flood(destinations: readonly Ipv4[], window: number, duration: number): Promise<Flood> {
    return this.#ask({ verb: 'flood', destinations: [...destinations], window, duration }, floodSchema);
  }

  until(destinations: readonly Ipv4[], wanted: 'answers' | 'silence', patience: number): Promise<Until> {
    return this.#ask({ verb: 'until', destinations: [...destinations], wanted, patience }, untilSchema);
  }

  /** Ends the program. */
  stop(): void {
    this.#child.kill('SIGKILL');
  }

  /** One question at a time: the next is asked when the one before it is answered, however that went. */
  #ask<T>(request: TrafficRequest, schema: z.ZodType<T>): Promise<T> {
    const before = this.#last.catch(() => undefined);
    const asked = before.then(() => {
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
      return this.#answer(schema);
    });
    this.#last = asked;
    return asked;
  }

  async #answer<T>(schema: z.ZodType<T>): Promise<T> {
    const line = await this.#lines.next();
    if (line.done === true) {
      throw new CompareFault('traffic program', this.#errors.trim() || 'it ended', 'one that answers');
    }
    return schema.parse(JSON.parse(line.value));
  }
}
