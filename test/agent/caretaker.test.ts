import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Caretaker } from '../../src/agent/caretaker.ts';
import { Ending } from '../../src/agent/ending.ts';
import type { Tunnel } from '../../src/agent/progress.ts';
import type { Watched } from '../../src/kernel/change-filter.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { RT_SCOPE_UNIVERSE, RTM_NEWLINK } from '../../src/netlink/constants.ts';
import { ensureAddressing } from '../../src/overlay/addressing.ts';
import { ensureDevice } from '../../src/overlay/device.ts';
import { modeOf } from '../../src/overlay/modes.ts';
import { OverlayFault } from '../../src/overlay/overlay-fault.ts';
import { fakeHost, NETWORK, UNDERLAY_ADDRESS } from '../overlay/fixture.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { ManualClock } from '../support/manual-clock.ts';

const SUBNET = parsePrefix('10.5.1.0/24');

/** Longer than the caretaker waits after a change. */
const SOON_MS = 50;

const LAZY = modeOf('lazy');

/** A caretaker of a fake host's overlay, which is right at first. */
async function caretakerOnFake(test: TestContext, onNewDevice: () => Promise<void> = async () => undefined) {
  const { kernel, eth0, plan, conversation, log } = fakeHost();
  const address = { ifindex: eth0, address: UNDERLAY_ADDRESS, prefixLength: 24, scope: RT_SCOPE_UNIVERSE };
  kernel.addresses.addresses.push({ ...address, flags: 0 });
  const device = ensureDevice(conversation, plan, log);
  ensureAddressing(conversation, device, NETWORK, SUBNET, LAZY, log);
  log.lines.splice(0);
  const clock = new ManualClock();
  const watched: Watched[] = [];
  const renewed: Tunnel[] = [];
  const counts = { mended: 0, changes: 0, looks: 0 };
  let wake = () => {};
  const caretaker = new Caretaker({
    kernel: conversation,
    underlay: { ifindex: eth0, name: 'eth0', address: UNDERLAY_ADDRESS, mtu: 1500 },
    tunnel: { plan, device },
    network: NETWORK,
    subnet: SUBNET,
    mode: LAZY,
    ownPorts: () => [],
    clock,
    ending: new Ending(log),
    log,
    onNewDevice: async (tunnel) => {
      renewed.push(tunnel);
      await onNewDevice();
    },
    onMended: () => {
      counts.mended += 1;
    },
    onLook: () => {
      counts.looks += 1;
    },
    onChange: () => {
      counts.changes += 1;
    },
    openMonitor: (options) => {
      watched.push(options.watched);
      wake = options.onChange;
      return { watch: (next) => watched.push(next), stop: async () => undefined };
    },
  });
  const ended = caretaker.run();
  test.after(async () => {
    await caretaker.stop();
    await ended.catch(() => undefined);
  });
  await clock.advance(0);
  /** The kernel tells of a change, and time passes. */
  const change = async (milliseconds = SOON_MS) => {
    wake();
    await clock.advance(milliseconds);
  };
  const link = () => {
    const found = kernel.links.byName('flannel.1');
    assert.ok(found !== undefined);
    return found;
  };
  return { kernel, eth0, device, log, clock, watched, renewed, counts, ended, change, link, address };
}

function removeDevice({ kernel, link }: Awaited<ReturnType<typeof caretakerOnFake>>): void {
  const { ifindex } = link();
  kernel.links.links.delete(ifindex);
  kernel.addresses.removeDevice(ifindex);
  kernel.routes.removeDevice(ifindex);
}

test('what the kernel tells of is put back soon, and said', async (test) => {
  const { log, counts, change, link } = await caretakerOnFake(test);
  assert.deepEqual(log.lines, []);
  link().mtu = 9000;
  await change();
  assert.equal(link().mtu, 1450);
  const told = '{"device":"flannel.1","found":"the MTU was 9000"}';
  assert.deepEqual(log.lines, [`warn put back what somebody else had changed ${told}`]);
  assert.equal(counts.mended, 1, 'the neighbours are to be compared');
});

test('what it does not tell of is put back within ten seconds', async (test) => {
  const { kernel, log, clock, device } = await caretakerOnFake(test);
  kernel.settings.parameters.set(device.ifindex, { appProbes: 0 });
  await clock.advance(9_000);
  assert.deepEqual(log.lines, []);
  await clock.advance(1_500);
  assert.match(log.lines.join(), /neighbour parameters were changed/);
  assert.equal(kernel.settings.parameters.get(device.ifindex)?.appProbes, 3);
});

test('a device that was made anew is handed over and watched', async (test) => {
  const host = await caretakerOnFake(test);
  removeDevice(host);
  await host.change();
  const [tunnel, ...more] = host.renewed;
  assert.deepEqual(more, []);
  assert.equal(tunnel?.device.mac, host.device.mac);
  assert.notEqual(tunnel?.device.ifindex, host.device.ifindex);
  assert.deepEqual(host.watched.at(-1), {
    ifindex: host.link().ifindex,
    underlayIfindex: host.eth0,
    network: NETWORK,
    ownPorts: [],
  });
});

test('a device that could not be handed over is handed over with the next look', async (test) => {
  let failures = 1;
  const host = await caretakerOnFake(test, async () => {
    if (failures-- > 0) {
      throw new OverlayFault('resolver', 'no socket', 'a socket');
    }
  });
  removeDevice(host);
  await host.change(10_500);
  assert.deepEqual(
    host.renewed.map(({ device }) => device.ifindex),
    [host.link().ifindex, host.link().ifindex],
  );
  assert.equal(host.log.lines.filter((line) => line.includes('could not put everything back')).length, 1);
});

test("somebody else's interface in the way is said once, and everything is watched until it is gone", async (test) => {
  const host = await caretakerOnFake(test);
  const { kernel, log, watched, change } = host;
  removeDevice(host);
  const rival = kernel.links.add('flannel.1', { kind: 'bridge' });
  await change(60_000);
  assert.equal(log.lines.length, 1);
  assert.match(log.lines[0] ?? '', /could not put everything back.*kind bridge has this name/);
  assert.equal(watched.at(-1)?.underlayIfindex, undefined, 'its number is not known beforehand');
  kernel.links.links.delete(rival.ifindex);
  await change();
  assert.equal(host.link().kind, 'vxlan');
  assert.match(log.lines.join('\n'), /flannel\.1 was deleted/);
  assert.equal(watched.at(-1)?.underlayIfindex, host.eth0);
});

test('an underlay that is down or has lost its address is said to be gone, and to be back', async (test) => {
  const { kernel, eth0, log, watched, change, address } = await caretakerOnFake(test);
  const underlay = kernel.links.links.get(eth0);
  assert.ok(underlay !== undefined);
  const says = (sign: RegExp) => log.lines.splice(0).map((line) => sign.test(line));
  underlay.up = false;
  await change();
  assert.deepEqual(says(/^warn the underlay is gone/), [true]);
  assert.equal(watched.at(-1)?.underlayIfindex, undefined, 'it may come back with another number');
  underlay.up = true;
  await change();
  assert.deepEqual(says(/^info the underlay is back/), [true]);
  kernel.addresses.removeDevice(eth0);
  await change(30_000);
  assert.deepEqual(says(/^warn the underlay is gone/), [true]);
  kernel.addresses.addresses.push({ ...address, flags: 0 });
  await change();
  assert.deepEqual(says(/^info the underlay is back/), [true]);
});

test('what the kernel refuses is said with what was put back, and tried again', async (test) => {
  const { kernel, log, change, link } = await caretakerOnFake(test);
  Object.assign(link(), { mtu: 9000, forwarding: false });
  kernel.refuse(RTM_NEWLINK, ERRNO.EINVAL);
  await change();
  assert.deepEqual(
    log.lines.map((line) => line.replace(/ \{.*/, '')),
    [
      'warn put back what somebody else had changed',
      'warn could not put everything back; it is tried again',
      'warn put back what somebody else had changed',
    ],
  );
  assert.deepEqual([link().mtu, link().forwarding], [1450, true]);
});

test('somebody who insists is answered ten times at once, then about twice a second', async (test) => {
  const { log, change, link, counts } = await caretakerOnFake(test);
  for (let time = 0; time < 100; time++) {
    link().mtu = 9000;
    await change();
  }
  assert.ok(counts.mended >= 12 && counts.mended <= 22, `${counts.mended} times in 5 s`);
  assert.ok(log.lines.length <= counts.mended, `${log.lines.length} lines`);
  await change(1100);
  assert.equal(link().mtu, 1450, 'and has not the last word');
});

test('what nobody expects ends it', async (test) => {
  const host = await caretakerOnFake(test, () => Promise.reject(new TypeError('a mistake')));
  removeDevice(host);
  const rejected = assert.rejects(host.ended, TypeError);
  await host.change();
  await rejected;
});
