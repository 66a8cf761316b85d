import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Host } from '../../src/lab/host.ts';
import { forwardingEntries } from '../../src/lab/kernel-view.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import type { Stats } from '../../src/status/stats.ts';
import { type Flow, FlowProgram, flowSkipReason } from '../support/flow.ts';
import { labFor, labSkipReason } from '../support/lab-fixture.ts';
import { leaseKey, leaseValue, type PeerPlan, statsOf } from '../support/static-peer.ts';

const skip = labSkipReason() || flowSkipReason();

const HOLD = '4s';
const RATE = 3000;

/** Leases of hosts that are not there, so that nobody claims them again. */
const GONE = { network: '10.5.77', mac: '02:00:00:00:77:01', publicIp: '10.99.0.77' };
const MOVED = { network: '10.5.78', mac: '02:00:00:00:78:01', publicIp: '10.99.0.78' };
const STAYS = { network: '10.5.79', mac: '02:00:00:00:79:01', publicIp: '10.99.0.79' };
const NEW = { network: '10.5.80', mac: '02:00:00:00:80:01', publicIp: '10.99.0.80' };

describe('leases that vanish all at once', { skip }, () => {
  for (const { what, restored } of [
    { what: 'wiped', restored: false },
    { what: 'restored to an older revision', restored: true },
  ]) {
    it(`wait for their hosts to claim again when etcd was ${what}`, async (test) => {
      const scene = await Scene.set(test, GONE, MOVED);
      await scene.replaceEtcd(restored);

      const until = await scene.expectHold(2, /"reason":"the store went back to an older state"/);
      await scene.expectChangesToGoOn();
      await scene.expectEndOfHold(until, [scene.macOfSecond, MOVED.mac, NEW.mac]);
      await scene.expectNothingLost();
    });
  }

  it('wait when half of them are deleted, and one that goes alone is removed at once', async (test) => {
    const scene = await Scene.set(test, GONE, MOVED, STAYS);
    await scene.deleteAtOnce(scene.keyOfSecond, leaseKey(GONE));

    const until = await scene.expectHold(1, /"reason":"2 of 4 leases vanished within a second"/);
    await scene.expectChangesToGoOn();
    await scene.expectEndOfHold(until, [scene.macOfSecond, MOVED.mac, STAYS.mac, NEW.mac]);

    const begin = Date.now();
    await scene.lab.etcd.delete(leaseKey(STAYS));
    await scene.waitFor('the lease that went alone', [scene.macOfSecond, MOVED.mac, NEW.mac]);
    test.diagnostic(`a single lease was gone ${Date.now() - begin} ms after its delete was sent`);
    assert.equal((await scene.held()).begun, 1);
    await scene.expectNothingLost();
  });
});

/** Two hosts with a daemon and a container each, with a flow in both directions. */
class Scene {
  readonly lab: Lab;
  readonly keyOfSecond: string;
  readonly macOfSecond: string;
  readonly #test: TestContext;
  readonly #flows: readonly Flow[];

  private constructor(test: TestContext, lab: Lab, { lease, device }: Stats, flows: readonly Flow[]) {
    assert.ok(lease !== null && device !== null);
    this.#test = test;
    this.lab = lab;
    this.keyOfSecond = `/coreos.com/network/subnets/${lease.subnet.replace('/', '-')}`;
    this.macOfSecond = device.mac;
    this.#flows = flows;
  }

  /** The leases of nobody are there, and the second host's, when this resolves; a copy of etcd is older than them. */
  static async set(test: TestContext, ...plans: PeerPlan[]): Promise<Scene> {
    const daemonArguments = ['--removal-hold', HOLD];
    const lab = await labFor(test, { hosts: 2, daemonArguments });
    await lab.host(1).daemon.start();
    await lab.etcd.stop();
    cpSync(dataOf(lab), copyOf(lab), { recursive: true });
    await lab.etcd.start();
    await lab.host(2).daemon.start();
    for (const plan of plans) {
      await lab.etcd.put(leaseKey(plan), leaseValue(plan));
    }
    const second = await statsOf(lab.host(2));
    const scene = new Scene(test, lab, second, await startFlows(lab));
    await scene.waitFor('all leases', [scene.macOfSecond, ...plans.map(({ mac }) => mac)]);
    return scene;
  }

  get host(): Host {
    return this.lab.host(1);
  }

  async held(): Promise<Stats['mirror']['heldRemovals']> {
    return (await statsOf(this.host)).mirror.heldRemovals;
  }

  /** etcd comes back without data, or with those of the copy. */
  async replaceEtcd(restored: boolean): Promise<void> {
    await this.lab.etcd.stop();
    rmSync(dataOf(this.lab), { recursive: true });
    if (restored) {
      cpSync(copyOf(this.lab), dataOf(this.lab), { recursive: true });
    }
    await this.lab.etcd.start();
  }

  async deleteAtOnce(...keys: string[]): Promise<void> {
    const success = keys.map((key) => ({
      request_delete_range: { key: Buffer.from(key).toString('base64') },
    }));
    await this.lab.etcd.ask('/v3/kv/txn', { success });
  }

  /**
   * Waits until the second host's lease is back and only so many others wait, which is said, and gives when the hold ends.
   */
  async expectHold(waiting: number, reason: RegExp): Promise<number> {
    const begin = Date.now();
    const held = await waitUntil('the second host to claim again', async () => {
      const now = await this.held();
      return now.begun > 0 && now.waiting === waiting && now;
    });
    this.#test.diagnostic(`the second host had claimed again after ${Date.now() - begin} ms`);
    const line = linesOf(this.host).find((one) => one.includes('leases vanished all at once'));
    assert.match(line ?? '', reason);
    const entries = await macsOf(this.host);
    assert.ok(entries.includes(GONE.mac) && entries.includes(this.macOfSecond), entries.join());
    assert.ok(held.until !== null);
    return Date.parse(held.until);
  }

  /** While the hold runs a lease appears, and another one (if need be again) with another MAC. */
  async expectChangesToGoOn(): Promise<void> {
    const moved = { ...MOVED, mac: '02:00:00:00:78:02' };
    await this.lab.etcd.put(leaseKey(NEW), leaseValue(NEW));
    await this.lab.etcd.put(leaseKey(MOVED), leaseValue(moved));
    await waitUntil('an addition and a change', async () => {
      const macs = await macsOf(this.host);
      return macs.includes(NEW.mac) && macs.includes(moved.mac) && !macs.includes(MOVED.mac);
    });
    assert.equal((await this.held()).waiting, 1, 'the hold goes on');
    assert.ok((await macsOf(this.host)).includes(GONE.mac));
    await this.lab.etcd.put(leaseKey(MOVED), leaseValue(MOVED));
  }

  async expectEndOfHold(until: number, macs: string[]): Promise<void> {
    await this.waitFor('the end of the hold', macs);
    const late = Date.now() - until;
    this.#test.diagnostic(`what did not come back was removed ${late} ms after the hold's end`);
    assert.ok(late >= 0, `${-late} ms too early`);
    assert.deepEqual(await this.held(), { waiting: 0, until: null, begun: 1 });
    assert.ok(linesOf(this.host).some((line) => line.includes('the wait for vanished leases is over')));
  }

  async waitFor(what: string, macs: string[]): Promise<void> {
    const expected = macs.toSorted().join();
    await waitUntil(what, async () => (await macsOf(this.host)).join() === expected, { timeout: 20_000 });
  }

  async expectNothingLost(): Promise<void> {
    for (const flow of this.#flows) {
      const { sent, received, lost, missing, duplicates, overflowed, delays } = await flow.stop();
      this.#test.diagnostic(`${lost} of ${sent} lost, the longest delay ${delays.max} us`);
      assert.deepEqual([lost, missing.ranges, duplicates, overflowed], [0, [], 0, 0]);
      assert.ok(received > RATE, `${received}`);
    }
  }
}

async function startFlows(lab: Lab): Promise<Flow[]> {
  await lab.addContainers(1);
  const [one, two] = lab.containers;
  assert.ok(one && two);
  const program = await FlowProgram.compile(lab.folder);
  const plan = { rate: RATE };
  const flows = [
    await program.start({ from: one.namespace, to: two.namespace, address: two.address, ...plan }),
    await program.start({ from: two.namespace, to: one.namespace, address: one.address, ...plan }),
  ];
  for (const flow of flows) {
    await flow.arrives();
  }
  return flows;
}

async function macsOf(host: Host): Promise<string[]> {
  return (await forwardingEntries(host)).map(({ mac }) => mac).sort();
}

function linesOf(host: Host): string[] {
  return readFileSync(host.daemon.logFile, 'utf8').split('\n');
}

function dataOf(lab: Lab): string {
  return join(lab.folder, 'etcd', 'data');
}

function copyOf(lab: Lab): string {
  return join(lab.folder, 'etcd-copy');
}
