import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import {
  RTM_DELLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWROUTE,
  RTM_SETNEIGHTBL,
} from '../../src/netlink/constants.ts';
import { ensureAddressing } from '../../src/overlay/addressing.ts';
import { ensureDevice } from '../../src/overlay/device.ts';
import { NEIGHBOUR_PARAMETERS } from '../../src/overlay/device-parameters.ts';
import { modeOf } from '../../src/overlay/modes.ts';
import { repairOverlay } from '../../src/overlay/repair.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { fakeHost, macOf, NETWORK } from './fixture.ts';

const SUBNET = parsePrefix('10.5.1.0/24');
const CHANGES = new Set([RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_NEWROUTE, RTM_SETNEIGHTBL]);

/** A host whose overlay is right, and what becomes of it. */
function whole() {
  const { kernel, plan, conversation, log } = fakeHost();
  const device = ensureDevice(conversation, plan, log);
  ensureAddressing(conversation, device, NETWORK, SUBNET, modeOf('lazy'), log);
  const link = kernel.links.links.get(device.ifindex);
  assert.ok(link !== undefined);
  kernel.requests.splice(0);
  const repair = () => {
    const found = repairOverlay(
      conversation,
      { plan, device, network: NETWORK, subnet: SUBNET, mode: modeOf('lazy') },
      log,
    );
    return { ...found, refused: found.refused.map(({ message }) => message) };
  };
  const written = () => kernel.requests.filter(({ type }) => CHANGES.has(type)).length;
  return { kernel, device, link, repair, written };
}

test('what is right is left alone', () => {
  const { device, repair, written } = whole();
  assert.deepEqual(repair(), { device, mended: [], refused: [] });
  assert.equal(written(), 0);
});

test('each thing that differs is put back with one write, and told', () => {
  const { kernel, device, link, repair, written } = whole();
  const { mac } = device;
  Object.assign(link, { mac: macOf(9), mtu: 9000, up: false, forwarding: false });
  kernel.settings.parameters.delete(device.ifindex);
  assert.deepEqual(repair(), {
    device,
    mended: [
      `the MAC was ${macOf(9)}`,
      'the MTU was 9000',
      'flannel.1 was down',
      'forwarding was off',
      'neighbour parameters were changed',
    ],
    refused: [],
  });
  assert.equal(written(), 5);
  assert.deepEqual([link.mac, link.mtu, link.up, link.forwarding], [mac, 1450, true, true]);
  const { ifindex: _, ...parameters } = kernel.settings.parameters.get(device.ifindex) ?? {};
  assert.deepEqual(parameters, NEIGHBOUR_PARAMETERS);
});

test('a missing address and a missing route are put back', () => {
  const { kernel, device, repair, written } = whole();
  kernel.addresses.removeDevice(device.ifindex);
  kernel.routes.removeDevice(device.ifindex);
  assert.deepEqual(repair().mended, [
    'the address 10.5.1.0/32 was missing',
    'the route 10.5.0.0/16 was missing',
  ]);
  assert.equal(written(), 2);
  assert.deepEqual(repair().mended, []);
});

test('a deleted device is made anew, with its MAC, its address and its route', () => {
  const { kernel, device, link, repair } = whole();
  kernel.links.links.delete(link.ifindex);
  kernel.addresses.removeDevice(link.ifindex);
  kernel.routes.removeDevice(link.ifindex);
  const { device: renewed, mended, refused } = repair();
  assert.deepEqual(
    [mended, refused],
    [
      ['flannel.1 was deleted', 'the address 10.5.1.0/32 was missing', 'the route 10.5.0.0/16 was missing'],
      [],
    ],
  );
  assert.deepEqual([renewed.mac, renewed.name], [device.mac, device.name]);
  assert.notEqual(renewed.ifindex, device.ifindex);
  assert.equal(kernel.links.byName('flannel.1')?.up, true);
});

test('a device that no request can change back is made anew', () => {
  const { kernel, device, link, repair } = whole();
  link.vxlan = { ...link.vxlan, local: parseIpv4('10.99.0.99') };
  const { device: renewed, mended } = repair();
  assert.equal(mended[0], 'local address is 10.99.0.99 instead of 10.99.0.11');
  assert.equal(renewed.mac, device.mac);
  assert.equal(kernel.links.byName('flannel.1')?.ifindex, renewed.ifindex);
});

test("somebody else's interface of the device's name is left alone, and nothing is written", () => {
  const { kernel, link, repair, written } = whole();
  kernel.links.links.delete(link.ifindex);
  kernel.links.add('flannel.1', { kind: 'bridge' });
  assert.throws(repair, {
    name: 'OverlayFault',
    message: 'flannel.1: an interface of kind bridge has this name; allowed: our vxlan device or none',
  });
  assert.equal(written(), 0);
});

test('what the kernel refuses is told of, and keeps nothing else from being put back', () => {
  const { kernel, device, link, repair } = whole();
  Object.assign(link, { mac: macOf(9), mtu: 9000, forwarding: false });
  kernel.addresses.removeDevice(device.ifindex);
  kernel.routes.removeDevice(device.ifindex);
  kernel.refuse(RTM_NEWLINK, ERRNO.EINVAL, 1);
  kernel.refuse(RTM_NEWADDR, ERRNO.ENOBUFS);
  const { mended, refused } = repair();
  assert.deepEqual(mended, [
    `the MAC was ${macOf(9)}`,
    'forwarding was off',
    'the route 10.5.0.0/16 was missing',
  ]);
  assert.equal(refused.length, 2);
  assert.match(refused[0] ?? '', /the MTU was 9000: EINVAL/);
  assert.match(refused[1] ?? '', /add 10\.5\.1\.0\/32 to flannel\.1: ENOBUFS/);
  assert.deepEqual(repair(), {
    device,
    mended: ['the MTU was 9000', 'the address 10.5.1.0/32 was missing'],
    refused: [],
  });
});

test('a device that was made anew half way is finished by the next repair, with its new number', () => {
  const { kernel, device, link, repair } = whole();
  kernel.links.links.delete(link.ifindex);
  kernel.routes.removeDevice(link.ifindex);
  kernel.addresses.removeDevice(link.ifindex);
  kernel.refuse(RTM_SETNEIGHTBL, ERRNO.ENOMEM);
  assert.throws(repair, { name: 'KernelFault' });
  const { device: renewed, mended, refused } = repair();
  assert.notEqual(renewed.ifindex, device.ifindex);
  assert.equal(renewed.mac, device.mac);
  assert.deepEqual(refused, []);
  assert.deepEqual(mended, [
    'IPv6 addresses were on',
    'flannel.1 was down',
    'forwarding was off',
    'neighbour parameters were changed',
    'the address 10.5.1.0/32 was missing',
    'the route 10.5.0.0/16 was missing',
  ]);
  const made = kernel.links.byName('flannel.1');
  assert.deepEqual([made?.ifindex, made?.up], [renewed.ifindex, true]);
});
