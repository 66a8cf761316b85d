import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import type { Container } from '../../src/lab/container.ts';
import type { Host } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import type { ModeName } from '../../src/overlay/modes.ts';
import { type Flow, FlowProgram, type FlowResult } from './flow.ts';

/** Datagrams a second, each way. */
const RATE = 2000;

/** So many have to arrive before the damage, and behind the healing, each way. */
const ENOUGH = 200;

/** Within so long the kernel holds again what it held. */
const SETTLED_MS: Readonly<Record<ModeName, number>> = { lazy: 3000, 'lazy-subnet': 6000, eager: 6000 };

/** What a scenario does to the first host, and what its daemon says when it is right again. */
export interface Damage {
  readonly what: string;
  readonly harm: (patient: Patient) => Promise<unknown>;
  /** A line of the log: its level, its message, its fields. */
  readonly told: RegExp;
  /** Milliseconds for which packets may be lost: ten times what is usual. 0: none is. */
  readonly within: number;
  /** Milliseconds until the daemon says so: 5000 unless told. */
  readonly patience?: number;
}

type Flows = Record<'there' | 'back', Flow>;
type Results = Record<'there' | 'back', FlowResult>;

/** A container on each of two hosts with daemons, flows between them both ways, and the first host to be harmed. */
export class Patient {
  readonly host: Host;
  readonly here: Container;
  readonly there: Container;
  readonly program: FlowProgram;
  /** Of the first host. */
  readonly #mode: ModeName;

  private constructor(lab: Lab, program: FlowProgram, mode: ModeName) {
    const [here, there] = lab.hosts.map(({ containers }) => containers[0]);
    assert.ok(here && there, 'a container on each host');
    this.host = lab.host(1);
    this.here = here;
    this.there = there;
    this.program = program;
    this.#mode = mode;
  }

  static async admit(lab: Lab, mode: ModeName = 'lazy'): Promise<Patient> {
    return new Patient(lab, await FlowProgram.compile(lab.folder), mode);
  }

  /** Runs lines of `ip` syntax on the host. */
  ip(...lines: string[]): Promise<void> {
    return this.host.namespace.configure(...lines);
  }

  /** Runs a line of shell on the host. */
  shell(line: string): Promise<string> {
    return this.host.namespace.run('sh', '-ec', line);
  }

  /**
   * Harms the host under traffic, and checks that this was told, that both flows are whole again without a restart, and
   * that the kernel holds what it held before.
   */
  async suffer(test: TestContext, { what, harm, told, within, patience }: Damage): Promise<void> {
    const { pid } = this.host.daemon.process;
    let before: string[] = [];
    const results = await this.under(async () => {
      await this.#settles();
      before = await this.state();
      const from = logOf(this.host).length;
      await harm(this);
      await lineOf(this.host, told, from, patience);
      await this.flowing();
      await this.holds(before);
    });
    for (const [way, { lost, longestGapMicroseconds, missing }] of Object.entries(results)) {
      const milliseconds = Math.round(longestGapMicroseconds / 1000);
      const figures = `${what}, ${way}: ${lost} packets lost, longest gap ${milliseconds} ms`;
      test.diagnostic(figures);
      assert.equal(missing.total, lost, `${figures}: none is lost at the end`);
      assert.ok(lost <= (within * RATE) / 1000, figures);
    }
    assert.ok(this.host.daemon.process.running && this.host.daemon.process.pid === pid, 'no restart');
  }

  /** Lets both flows run, before and during that work, and gives what became of them. */
  async under(work: () => Promise<void>): Promise<Results> {
    const flows = await this.#start();
    try {
      await Promise.all([flows.there.arrives(), flows.back.arrives()]);
      await this.flowing();
      await work();
    } catch (error) {
      await Promise.allSettled([flows.there.stop(), flows.back.stop()]);
      throw error;
    }
    const [there, back] = await Promise.all([flows.there.stop(), flows.back.stop()]);
    const results = { there, back };
    for (const result of Object.values(results)) {
      assert.ok(result.received >= ENOUGH, `${result.received} packets came`);
      assert.deepEqual([result.duplicates, result.overflowed], [0, 0]);
    }
    return results;
  }

  /** Waits until packets arrive both ways. */
  async flowing(): Promise<void> {
    const before = await this.#arrived();
    const enough = async () => {
      const now = await this.#arrived();
      return now.every((count, way) => count >= (before[way] ?? 0) + ENOUGH);
    };
    await waitUntil('packets both ways', enough);
  }

  /** Waits until the kernel holds that, as `suffer` saw it before. */
  async holds(wanted: readonly string[]): Promise<void> {
    let now: string[] = [];
    const same = async () => {
      now = await this.state();
      return now.join('\n') === wanted.join('\n');
    };
    await waitUntil('the former state', same, { timeout: SETTLED_MS[this.#mode] }).catch(() =>
      assert.deepEqual(now, wanted),
    );
  }

  /** The tunnel device and what is on it, as other programs than the daemon see it, without interface numbers. */
  async state(): Promise<string[]> {
    const output = await this.shell(STATE);
    return output.trim().split('\n');
  }

  /** Where subnets have routes, the neighbour of a single address goes when its subnet has one. */
  async #settles(): Promise<void> {
    const isSettled = async () => !/^10\.5\.\d+\.[1-9]\d* lladdr/m.test((await this.state()).join('\n'));
    if (this.#mode !== 'lazy') {
      await waitUntil('neighbours of subnets alone', isSettled);
    }
  }

  async #start(): Promise<Flows> {
    const start = (from: Container, to: Container) =>
      this.program.start({
        from: from.namespace,
        to: to.namespace,
        address: to.address,
        rate: RATE,
      });
    const there = await start(this.here, this.there);
    try {
      return { there, back: await start(this.there, this.here) };
    } catch (error) {
      await there.stop();
      throw error;
    }
  }

  /** As the containers' interfaces count, which says only that something goes on. */
  #arrived(): Promise<number[]> {
    const file = '/sys/class/net/eth0/statistics/rx_packets';
    const containers = [this.here, this.there];
    return Promise.all(containers.map(async ({ namespace }) => Number(await namespace.run('cat', file))));
  }
}

const STATE = [
  'ip -o link show flannel.1 | sed "s/^[0-9]*//"',
  'ip -4 -o address show dev flannel.1 | sed "s/^[0-9]*//"',
  'ip -4 route show dev flannel.1',
  'bridge fdb show dev flannel.1 | sort',
  'ip -4 neighbour show dev flannel.1 nud all | grep -v NOARP | sort',
  'grep . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/*/forwarding',
  'cd /proc/sys/net/ipv4/neigh/flannel.1; grep . *_solicit *_resolicit delay_first_probe_time retrans_time_ms',
].join('; ');

const entrySchema = z.looseObject({ level: z.string(), msg: z.string() });

/** The whole log of a host's daemon, a line for each entry: level, message, fields. */
export function logOf(host: Host): string[] {
  const lines = readFileSync(host.daemon.logFile, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const { level, msg, time: _, ...fields } = entrySchema.parse(JSON.parse(line));
    return `${level} ${msg} ${JSON.stringify(fields)}`;
  });
}

/** Waits for a line behind the first `from` ones. */
export function lineOf(host: Host, sign: RegExp, from: number, timeout = 5000): Promise<string> {
  const look = () =>
    logOf(host)
      .slice(from)
      .find((line) => sign.test(line));
  return waitUntil(`a line of the log that matches ${sign}`, look, { timeout });
}
