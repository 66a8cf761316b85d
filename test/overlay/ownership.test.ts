import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addAddress } from '../../src/kernel/addresses.ts';
import { replaceOnLinkRoute } from '../../src/kernel/routes.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import {
  NUD_DELAY,
  NUD_FAILED,
  NUD_INCOMPLETE,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_REACHABLE,
  NUD_STALE,
} from '../../src/netlink/constants.ts';
import { listOwnDevices } from '../../src/overlay/own-devices.ts';
import { isOwnNeighbour, OWN_PROTOCOL } from '../../src/overlay/ownership.ts';
import { fakeHost, macOf, NETWORK } from './fixture.ts';

function own(address: string, state: number, protocol: number): boolean {
  return isOwnNeighbour({ destination: parseIpv4(address), mac: macOf(7), state, protocol }, NETWORK);
}

test('ours are neighbours with our mark, and those without any inside the network that have an answer', () => {
  assert.equal(own('10.5.7.2', NUD_REACHABLE, OWN_PROTOCOL), true);
  assert.equal(own('10.6.7.2', NUD_PERMANENT, OWN_PROTOCOL), true);
  for (const state of [NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE, NUD_PERMANENT]) {
    assert.equal(own('10.5.7.2', state, 0), true);
    assert.equal(own('10.6.7.2', state, 0), false);
    assert.equal(own('10.5.7.2', state, 4), false);
  }
  for (const state of [NUD_INCOMPLETE, NUD_FAILED, NUD_NOARP]) {
    assert.equal(own('10.5.7.2', state, 0), false);
  }
});

test('our devices are those called after their VNI that have a route or an address with our mark', () => {
  const { kernel, conversation } = fakeHost();
  const add = (name: string, id: number, protocol?: number, kind = 'vxlan') => {
    const { ifindex } = kernel.links.add(name, { kind, mac: macOf(id), vxlan: { id } });
    if (protocol !== undefined) {
      conversation.request('route', replaceOnLinkRoute(ifindex, { address: id << 24, length: 8 }, protocol));
    }
    return ifindex;
  };
  const ours = add('flannel.1', 1, OWN_PROTOCOL);
  add('flannel.2', 2);
  add('flannel.3', 3, 4);
  add('flannel.9', 4, OWN_PROTOCOL);
  add('flannel.5', 5, OWN_PROTOCOL, 'bridge');
  const addressed = add('flannel.6', 6);
  conversation.request('address', addAddress(addressed, parseIpv4('10.5.7.0'), 32, OWN_PROTOCOL));
  conversation.request('address', addAddress(add('flannel.7', 7), parseIpv4('10.5.8.0'), 32));
  assert.deepEqual(listOwnDevices(conversation), [
    { ifindex: ours, name: 'flannel.1', mac: macOf(1), vni: 1 },
    { ifindex: addressed, name: 'flannel.6', mac: macOf(6), vni: 6 },
  ]);
});
