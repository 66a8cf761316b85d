import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Container } from '../../src/lab/container.ts';
import type { Host } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import type { ModeName } from '../../src/overlay/modes.ts';
import { type Flow, FlowProgram, type FlowResult } from './flow.ts';
import { type RemoteEntries, settles, stateOf } from './kernel-state.ts';
import { statsOf } from './static-peer.ts';

/** Of the container on each host. */
const ADDRESSES = 5;

/** Datagrams a second, each way. */
const RATE = 2000;

/** So many have to come each way for a flow to have been one. */
const ENOUGH = 300;

/** Traffic goes on for so long after what was done under it. */
const AFTERWARDS_MS = 300;

type Ways = Record<'there' | 'back', Flow>;

/** Two hosts with daemons and a container each, which has several addresses, and traffic to all of them both ways. */
export class Pair {
  readonly lab: Lab;
  readonly here: Host;
  readonly there: Host;
  readonly #program: FlowProgram;

  private constructor(lab: Lab, program: FlowProgram) {
    this.lab = lab;
    this.here = lab.host(1);
    this.there = lab.host(2);
    this.#program = program;
  }

  /** Starts the daemons, each in its mode, and adds the containers. */
  static async join(lab: Lab, here: ModeName, there: ModeName): Promise<Pair> {
    const pair = new Pair(lab, await FlowProgram.compile(lab.folder));
    await pair.#start(here, there);
    await lab.addContainers(1);
    for (const container of lab.containers) {
      const [, ...further] = addressesOf(container);
      await container.namespace.configure(...further.map((address) => `address add ${address}/24 dev eth0`));
    }
    return pair;
  }

  /** Starts both hosts afresh, in that mode and with those options, with nothing in the kernel of what was before. */
  async beginAgain(mode: ModeName, ...options: string[]): Promise<void> {
    await Promise.all(
      this.lab.hosts.map(async ({ daemon, namespace }) => {
        await daemon.stop();
        await namespace.configure('link del flannel.1');
      }),
    );
    await this.#start(mode, mode, ...options);
  }

  /** What that host publishes, with the addresses behind it that traffic goes to. */
  async remote(host: Host, isUsed = true): Promise<RemoteEntries> {
    const { lease, device } = await statsOf(host);
    assert.ok(lease !== null && device !== null);
    const network = lease.subnet.replace(/\.0\/24$/, '');
    const used = isUsed ? host.containers.flatMap(addressesOf) : [];
    return { network, mac: device.mac, publicIp: host.address, used };
  }

  /** Waits until a host holds what its mode asks for, of the other one, and nothing else. */
  async settles(host: Host, mode: ModeName, isUsed = true): Promise<void> {
    const other = host === this.here ? this.there : this.here;
    await settles(host, stateOf(mode, [await this.remote(other, isUsed)]));
  }

  /** Lets traffic run both ways, before, during and after that work: none of it is lost. */
  async losesNothing(test: TestContext, what: string, work: () => Promise<void>): Promise<void> {
    const flows = await this.#send();
    let results: Record<string, FlowResult> = {};
    try {
      await Promise.all([flows.there.arrives(), flows.back.arrives()]);
      await work();
      await delay(AFTERWARDS_MS);
    } finally {
      const [there, back] = await Promise.all([flows.there.stop(), flows.back.stop()]);
      results = { there, back };
    }
    for (const [way, { sent, received, lost, missing, duplicates, overflowed }] of Object.entries(results)) {
      test.diagnostic(`${what}, ${way}: ${lost} of ${sent} lost`);
      assert.deepEqual(
        { lost, missing: missing.ranges, duplicates, overflowed },
        { lost: 0, missing: [], duplicates: 0, overflowed: 0 },
        `${what}, ${way}`,
      );
      assert.ok(received > ENOUGH, `${what}, ${way}: ${received} came`);
    }
  }

  async #start(here: ModeName, there: ModeName, ...options: string[]): Promise<void> {
    await Promise.all([
      this.here.daemon.start('--programming', here, ...options),
      this.there.daemon.start('--programming', there, ...options),
    ]);
  }

  async #send(): Promise<Ways> {
    const [here, there] = this.lab.containers;
    assert.ok(here && there);
    const start = (from: Container, to: Container) =>
      this.#program.start({
        from: from.namespace,
        to: to.namespace,
        address: to.address,
        addresses: ADDRESSES,
        rate: RATE,
      });
    return { there: await start(here, there), back: await start(there, here) };
  }
}

/** All that its interface has, once a pair is joined. */
function addressesOf({ address }: Container): string[] {
  const last = Number(address.split('.')[3]);
  return Array.from({ length: ADDRESSES }, (_, n) => address.replace(/\d+$/, String(last + n)));
}
