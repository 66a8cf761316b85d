import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Link } from '../../src/kernel/links.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { isUnicastMac } from '../../src/net/mac.ts';
import { IN6_ADDR_GEN_MODE_NONE, RTM_NEWLINK } from '../../src/netlink/constants.ts';
import type { VxlanAttributes } from '../../src/netlink/link/vxlan.ts';
import { ensureDevice, misfits } from '../../src/overlay/device.ts';
import { NEIGHBOUR_PARAMETERS } from '../../src/overlay/device-parameters.ts';
import { OverlayFault } from '../../src/overlay/overlay-fault.ts';
import { fakeHost, macOf, UNDERLAY_ADDRESS } from './fixture.ts';

const FITTING: VxlanAttributes = {
  id: 1,
  port: 8472,
  local: UNDERLAY_ADDRESS,
  link: 2,
  learning: 0,
  ageing: 300,
};

function fitting(vxlan: VxlanAttributes = {}): Link {
  return {
    ifindex: 3,
    name: 'flannel.1',
    mtu: 1450,
    mac: macOf(1),
    up: true,
    loopback: false,
    kind: 'vxlan',
    vxlan: { ...FITTING, ...vxlan },
    forwarding: true,
    addressGeneration: IN6_ADDR_GEN_MODE_NONE,
  };
}

const MISFITS: [VxlanAttributes, string][] = [
  [{ id: 2 }, 'VNI is 2 instead of 1'],
  [{ port: 4789 }, 'port is 4789 instead of 8472'],
  [{ local: parseIpv4('10.99.0.12') }, 'local address is 10.99.0.12 instead of 10.99.0.11'],
  [{ local: new Uint8Array(16) }, 'local address is an IPv6 address instead of 10.99.0.11'],
  [{ link: 7 }, 'underlay interface is 7 instead of 2'],
  [{ group: parseIpv4('239.1.1.1') }, 'group is 239.1.1.1 instead of not set'],
  [{ gbp: new Uint8Array(0) }, 'GBP is true instead of false'],
  [{ learning: 1 }, 'learning is 1 instead of 0'],
  [{ proxy: 1 }, 'proxy is 1 instead of 0'],
  [{ rsc: 1 }, 'rsc is 1 instead of 0'],
  [{ l2miss: 1 }, 'l2miss is 1 instead of 0'],
  [{ l3miss: 1 }, 'l3miss is 1 instead of 0'],
  [{ collectMetadata: 1 }, 'collectMetadata is 1 instead of 0'],
];

for (const [vxlan, reason] of MISFITS) {
  test(`a device does not fit whose ${reason}`, () => {
    assert.deepEqual(misfits(fitting(vxlan), fakeHost().plan), [reason]);
  });
}

test('a device fits whatever its MTU, MAC and ageing, which can be changed or do not matter', () => {
  const { plan } = fakeHost();
  assert.deepEqual(misfits({ ...fitting({ ageing: 5, ttl: 7 }), mtu: 9000, mac: macOf(9) }, plan), []);
  const { local: _, link: __, ...unset } = FITTING;
  assert.deepEqual(misfits({ ...fitting(), vxlan: unset }, plan), [
    'local address is not set instead of 10.99.0.11',
    'underlay interface is not set instead of 2',
  ]);
});

test('a device is made with all that it needs', () => {
  const { kernel, plan, conversation, log } = fakeHost();
  const device = ensureDevice(conversation, plan, log);
  const link = kernel.links.byName('flannel.1');
  assert.equal(link?.ifindex, device.ifindex);
  assert.ok(isUnicastMac(device.mac));
  assert.equal(link?.mac, device.mac);
  assert.deepEqual(link?.vxlan, {
    id: 1,
    link: 2,
    local: UNDERLAY_ADDRESS,
    port: 8472,
    learning: 0,
    l2miss: 0,
  });
  assert.deepEqual(
    [link?.mtu, link?.up, link?.forwarding, link?.addressGeneration],
    [1450, true, true, IN6_ADDR_GEN_MODE_NONE],
  );
  const { ifindex: _, ...parameters } = kernel.settings.parameters.get(device.ifindex) ?? {};
  assert.deepEqual(parameters, NEIGHBOUR_PARAMETERS);
});

test('a device that is to tell of frames without a forwarding entry does, and one that is not does not fit', () => {
  const { kernel, plan, conversation, log } = fakeHost();
  const before = ensureDevice(conversation, plan, log);
  const telling = { ...plan, l2miss: true };
  assert.deepEqual(misfits(fitting(), telling), ['l2miss is 0 instead of 1']);
  const device = ensureDevice(conversation, telling, log);
  assert.equal(kernel.links.byName('flannel.1')?.vxlan?.l2miss, 1);
  assert.notEqual(device.ifindex, before.ifindex);
  assert.equal(device.mac, before.mac);
  assert.match(log.lines.join('\n'), /rebuilding.*interrupted.*l2miss is 0 instead of 1/);
});

test('a device that fits is adopted: number and MAC stay, only what differs is written', () => {
  const { kernel, plan, conversation, log } = fakeHost();
  const first = ensureDevice(conversation, plan, log);
  kernel.requests.splice(0);
  assert.deepEqual(ensureDevice(conversation, plan, log), first);
  assert.deepEqual(
    kernel.requests.filter(({ type }) => type === RTM_NEWLINK),
    [],
  );
  assert.deepEqual(ensureDevice(conversation, { ...plan, mtu: 1400 }, log), first);
  assert.equal(kernel.links.byName('flannel.1')?.mtu, 1400);
});

test('a device that is down, or does not forward, is mended', () => {
  const { kernel, plan, conversation, log } = fakeHost();
  const device = ensureDevice(conversation, plan, log);
  const link = kernel.links.links.get(device.ifindex);
  assert.ok(link !== undefined);
  Object.assign(link, { up: false, forwarding: false, addressGeneration: 0 });
  ensureDevice(conversation, plan, log);
  assert.deepEqual([link.up, link.forwarding, link.addressGeneration], [true, true, IN6_ADDR_GEN_MODE_NONE]);
});

test('a device that does not fit is made anew with its old MAC, and the log says why', () => {
  const { kernel, plan, conversation, log } = fakeHost();
  const first = ensureDevice(conversation, { ...plan, port: 4789 }, log);
  const second = ensureDevice(conversation, plan, log);
  assert.notEqual(second.ifindex, first.ifindex);
  assert.equal(second.mac, first.mac);
  assert.equal(kernel.links.byName('flannel.1')?.vxlan?.port, 8472);
  assert.match(log.lines.join('\n'), /warn rebuilding .*port is 4789 instead of 8472/);
});

test('a device whose MAC no device can carry gets another', () => {
  const { kernel, plan, conversation, log } = fakeHost();
  const first = ensureDevice(conversation, plan, log);
  Object.assign(kernel.links.links.get(first.ifindex) ?? {}, { mac: '00:00:00:00:00:00' });
  assert.ok(isUnicastMac(ensureDevice(conversation, plan, log).mac));
});

test('an interface of another kind with the name is left alone', () => {
  const { kernel, plan, conversation, log } = fakeHost();
  kernel.links.add('flannel.1', { kind: 'bridge' });
  assert.throws(() => ensureDevice(conversation, plan, log), {
    name: 'OverlayFault',
    message: 'flannel.1: an interface of kind bridge has this name; allowed: a vxlan device or none',
  });
  assert.equal(kernel.links.byName('flannel.1')?.kind, 'bridge');
});

test('a VNI and port that another device has are a fault that names it', () => {
  const { kernel, plan, conversation, log } = fakeHost();
  kernel.links.add('vxlan.calico', { kind: 'vxlan', vxlan: { id: 1, port: 8472 } });
  assert.throws(
    () => ensureDevice(conversation, plan, log),
    (error) => {
      assert.ok(error instanceof OverlayFault);
      assert.equal(error.message, 'VNI 1 with port 8472: taken by vxlan.calico; allowed: no other device');
      return true;
    },
  );
});
