import assert from 'node:assert/strict';
import { addAddress, listAddresses, removeAddress } from '../../src/kernel/addresses.ts';
import { removeForwarding, replaceForwarding } from '../../src/kernel/forwarding.ts';
import {
  addVxlan,
  listLinks,
  removeLink,
  setForwarding,
  setMtu,
  setNoAddressGeneration,
} from '../../src/kernel/links.ts';
import { getNeighbourParameters, setNeighbourParameters } from '../../src/kernel/neighbour-parameters.ts';
import { listNeighbours, removeNeighbour, replaceNeighbour } from '../../src/kernel/neighbours.ts';
import { listRoutes, replaceOnLinkRoute } from '../../src/kernel/routes.ts';
import { IN6_ADDR_GEN_MODE_NONE } from '../../src/netlink/constants.ts';
import type { Request } from '../../src/netlink/message.ts';
import {
  CONTAINER,
  type Contract,
  linkNamed,
  MAC,
  NAME,
  NETWORK,
  NOBODY,
  NODE,
  OWN_MAC,
  refused,
  SUBNET,
  VXLAN,
} from './kernel-contract-ground.ts';

/** Links and what belongs to them. */
export function linkContract(contract: Contract): void {
  contract('a link is what was asked for', ({ conversation, ifindex }) => {
    const link = linkNamed(conversation, NAME);
    assert.equal(link.kind, 'vxlan');
    assert.deepEqual([link.mac, link.mtu, link.up, link.loopback], [OWN_MAC, 1450, true, false]);
    const { id, port, learning } = link.vxlan ?? {};
    assert.deepEqual({ id, port, learning }, VXLAN);
    conversation.request('MTU', setMtu(ifindex, 1400));
    conversation.request('forwarding', setForwarding(ifindex));
    conversation.request('addresses', setNoAddressGeneration(ifindex));
    const changed = linkNamed(conversation, NAME);
    assert.deepEqual(
      [changed.mtu, changed.forwarding, changed.addressGeneration],
      [1400, true, IN6_ADDR_GEN_MODE_NONE],
    );
  });

  contract('neither a name nor a VNI with its port is given twice', ({ conversation }) => {
    const again = addVxlan(NAME, MAC, 1450, { ...VXLAN, id: 5 });
    assert.throws(() => conversation.request('add', again), refused('EEXIST'));
    const sameVni = addVxlan('l3m-other', MAC, 1450, VXLAN);
    assert.throws(() => conversation.request('add', sameVni), refused('EEXIST'));
    assert.equal(listLinks(conversation).filter(({ vxlan }) => vxlan?.id === VXLAN.id).length, 1);
  });

  contract('what belongs to a link goes with it', ({ conversation, ifindex }) => {
    conversation.request('neighbour', replaceNeighbour(ifindex, CONTAINER, MAC, 113));
    conversation.request('forwarding', replaceForwarding(ifindex, MAC, NODE));
    conversation.request('address', addAddress(ifindex, SUBNET, 32));
    conversation.request('route', replaceOnLinkRoute(ifindex, NETWORK, 113));
    conversation.request('remove', removeLink(ifindex));
    assert.throws(() => conversation.request('remove', removeLink(ifindex)), refused('ENODEV'));
    assert.deepEqual(listNeighbours(conversation, ifindex), []);
    assert.deepEqual(
      listAddresses(conversation).filter((one) => one.ifindex === ifindex),
      [],
    );
    assert.deepEqual(
      listRoutes(conversation).filter((one) => one.ifindex === ifindex),
      [],
    );
  });

  contract('an interface that nobody has is refused everywhere', ({ conversation }) => {
    const requests: Record<string, Request> = {
      'neighbour replace': replaceNeighbour(NOBODY, CONTAINER, MAC, 113),
      'neighbour remove': removeNeighbour(NOBODY, CONTAINER),
      'forwarding replace': replaceForwarding(NOBODY, MAC, NODE),
      'forwarding remove': removeForwarding(NOBODY, MAC),
      'address add': addAddress(NOBODY, SUBNET, 32),
      'address remove': removeAddress(NOBODY, SUBNET, 32),
      'route replace': replaceOnLinkRoute(NOBODY, NETWORK, 113),
      'link remove': removeLink(NOBODY),
      'link change': setMtu(NOBODY, 1400),
    };
    const codes = Object.entries(requests).map(([what, request]) => {
      const [failure] = conversation.batch(what, [request]);
      return `${what} ${failure?.fault.code}`;
    });
    assert.deepEqual(
      codes,
      Object.keys(requests).map((what) => `${what} ENODEV`),
    );
    const parameters = setNeighbourParameters(NOBODY, { appProbes: 3 });
    assert.throws(() => conversation.request('parameters', parameters), refused('ENOENT'));
    assert.equal(getNeighbourParameters(conversation, NOBODY), undefined);
    assert.deepEqual(listNeighbours(conversation, NOBODY), []);
  });

  contract('neighbour parameters are those that were set', ({ conversation, ifindex }) => {
    conversation.request('parameters', setNeighbourParameters(ifindex, { appProbes: 3, ucastProbes: 0 }));
    conversation.request('parameters', setNeighbourParameters(ifindex, { mcastReprobes: 1_000_000 }));
    const found = getNeighbourParameters(conversation, ifindex);
    assert.deepEqual(
      [found?.ifindex, found?.appProbes, found?.ucastProbes, found?.mcastProbes, found?.mcastReprobes],
      [ifindex, 3, 0, 3, 1_000_000],
    );
  });
}
