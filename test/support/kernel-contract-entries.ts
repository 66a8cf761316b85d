import assert from 'node:assert/strict';
import { addAddress, listAddresses, removeAddress } from '../../src/kernel/addresses.ts';
import {
  findForwarding,
  listForwarding,
  removeForwarding,
  replaceForwarding,
} from '../../src/kernel/forwarding.ts';
import {
  askForNeighbour,
  findNeighbour,
  listNeighbours,
  removeNeighbour,
  replaceNeighbour,
} from '../../src/kernel/neighbours.ts';
import { findPathMtu, findRoute } from '../../src/kernel/route-lookup.ts';
import {
  findPath,
  listRoutes,
  removeRoute,
  replaceGatewayRoute,
  replaceOnLinkRoute,
} from '../../src/kernel/routes.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import {
  AF_INET,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NUD_INCOMPLETE,
  NUD_PERMANENT,
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RTM_NEWNEIGH,
} from '../../src/netlink/constants.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import {
  CONTAINER,
  type Contract,
  MAC,
  NETWORK,
  NODE,
  OTHER_MAC,
  OTHER_NODE,
  refused,
  SUBNET,
} from './kernel-contract-ground.ts';

/** Neighbours. */
export function neighbourContract(contract: Contract): void {
  const entry = (mac: typeof MAC) => ({
    destination: CONTAINER,
    mac,
    state: NUD_PERMANENT,
    protocol: 113,
  });

  contract('a neighbour is created, replaced, removed once', ({ conversation, ifindex }) => {
    assert.deepEqual(listNeighbours(conversation, ifindex), []);
    conversation.request('create', replaceNeighbour(ifindex, CONTAINER, MAC, 113));
    assert.deepEqual(listNeighbours(conversation, ifindex), [entry(MAC)]);
    conversation.request('replace', replaceNeighbour(ifindex, CONTAINER, OTHER_MAC, 113));
    assert.deepEqual(listNeighbours(conversation, ifindex), [entry(OTHER_MAC)]);
    conversation.request('remove', removeNeighbour(ifindex, CONTAINER));
    assert.deepEqual(listNeighbours(conversation, ifindex), []);
    const again = removeNeighbour(ifindex, CONTAINER);
    assert.throws(() => conversation.request('remove', again), refused('ENOENT'));
  });

  contract('without CREATE nothing rises, without REPLACE no MAC changes', ({ conversation, ifindex }) => {
    const write = (flags: number, mac: typeof MAC) =>
      conversation.request(
        'write',
        neighbourMessage.request(
          RTM_NEWNEIGH,
          flags,
          { family: AF_INET, ifindex, state: NUD_PERMANENT },
          { destination: CONTAINER, linkLayerAddress: mac, protocol: 113 },
        ),
      );
    assert.throws(() => write(0, MAC), refused('ENOENT'));
    write(NLM_F_CREATE | NLM_F_EXCL, MAC);
    assert.throws(() => write(NLM_F_CREATE | NLM_F_EXCL, MAC), refused('EEXIST'));
    write(NLM_F_CREATE, OTHER_MAC);
    assert.deepEqual(listNeighbours(conversation, ifindex), [entry(MAC)]);
  });

  contract('a neighbour is found by itself', ({ conversation, ifindex }) => {
    assert.equal(findNeighbour(conversation, ifindex, CONTAINER), undefined);
    conversation.request('create', replaceNeighbour(ifindex, CONTAINER, MAC, 113));
    conversation.request('create', replaceNeighbour(ifindex, CONTAINER + 1, OTHER_MAC, 0));
    assert.deepEqual(findNeighbour(conversation, ifindex, CONTAINER), entry(MAC));
    assert.equal(findNeighbour(conversation, ifindex, CONTAINER + 2), undefined);
  });

  contract('a neighbour that somebody needs waits for an answer, unless it is there', (under) => {
    const { conversation, ifindex } = under;
    conversation.request('ask', askForNeighbour(ifindex, CONTAINER));
    const waiting = { destination: CONTAINER, mac: undefined, state: NUD_INCOMPLETE, protocol: 0 };
    assert.deepEqual(findNeighbour(conversation, ifindex, CONTAINER), waiting);
    const again = askForNeighbour(ifindex, CONTAINER);
    assert.throws(() => conversation.request('ask', again), refused('EEXIST'));
    conversation.request('answer', replaceNeighbour(ifindex, CONTAINER, MAC, 113));
    assert.throws(() => conversation.request('ask', again), refused('EEXIST'));
    assert.deepEqual(findNeighbour(conversation, ifindex, CONTAINER), entry(MAC));
  });

  contract('a dump of 5000 neighbours is whole', ({ conversation, ifindex }) => {
    const first = parseIpv4('10.5.128.0');
    const wanted = Array.from({ length: 5000 }, (_, index) => first + index);
    const failures = conversation.batch(
      'fill',
      wanted.map((destination) => replaceNeighbour(ifindex, destination, MAC, 113)),
    );
    assert.deepEqual(failures, []);
    const found = listNeighbours(conversation, ifindex).map(({ destination }) => destination);
    assert.deepEqual(
      found.sort((a, b) => a - b),
      wanted,
    );
  });
}

/** Forwarding entries. */
export function forwardingContract(contract: Contract): void {
  contract('a forwarding entry is created, replaced, removed once', ({ conversation, ifindex }) => {
    const held = () =>
      listForwarding(conversation, ifindex).map(({ unusedMs, ...entry }) => {
        assert.ok(unusedMs !== undefined && unusedMs < 60_000, `unused for ${unusedMs} ms`);
        return entry;
      });
    assert.deepEqual(held(), []);
    conversation.request('create', replaceForwarding(ifindex, MAC, NODE));
    conversation.request('create', replaceForwarding(ifindex, OTHER_MAC, NODE));
    conversation.request('replace', replaceForwarding(ifindex, MAC, OTHER_NODE));
    assert.deepEqual(
      held().sort((a, b) => a.mac.localeCompare(b.mac)),
      [
        { mac: MAC, endpoint: OTHER_NODE, state: NUD_PERMANENT },
        { mac: OTHER_MAC, endpoint: NODE, state: NUD_PERMANENT },
      ],
    );
    const { unusedMs: _, ...found } = findForwarding(conversation, ifindex, MAC) ?? {};
    assert.deepEqual(found, { mac: MAC, endpoint: OTHER_NODE, state: NUD_PERMANENT });
    conversation.request('remove', removeForwarding(ifindex, MAC));
    assert.equal(findForwarding(conversation, ifindex, MAC), undefined);
    conversation.request('remove', removeForwarding(ifindex, OTHER_MAC));
    assert.deepEqual(held(), []);
    const again = removeForwarding(ifindex, MAC);
    assert.throws(() => conversation.request('remove', again), refused('ENOENT'));
  });
}

/** Addresses and routes. */
export function addressingContract(contract: Contract): void {
  contract('an address is added and removed once', ({ conversation, ifindex }) => {
    const held = () => listAddresses(conversation).filter((one) => one.ifindex === ifindex);
    conversation.request('add', addAddress(ifindex, SUBNET, 32, 113));
    assert.deepEqual(held(), [
      { ifindex, address: SUBNET, prefixLength: 32, scope: 0, secondary: false, protocol: 113 },
    ]);
    assert.throws(() => conversation.request('add', addAddress(ifindex, SUBNET, 32, 113)), refused('EEXIST'));
    conversation.request('remove', removeAddress(ifindex, SUBNET, 32));
    assert.deepEqual(held(), []);
    const again = removeAddress(ifindex, SUBNET, 32);
    assert.throws(() => conversation.request('remove', again), refused('EADDRNOTAVAIL'));
  });

  contract('a route is replaced in its place and removed once', ({ conversation, ifindex }) => {
    const held = () => listRoutes(conversation).filter((one) => one.ifindex === ifindex);
    const wanted = {
      destination: NETWORK,
      ifindex,
      gateway: undefined,
      preferredSource: undefined,
      priority: 0,
      protocol: 113,
      scope: RT_SCOPE_LINK,
    };
    conversation.request('create', replaceOnLinkRoute(ifindex, NETWORK, 4));
    conversation.request('replace', replaceOnLinkRoute(ifindex, NETWORK, 113));
    assert.deepEqual(held(), [wanted]);
    const foreign = removeRoute({ ...wanted, protocol: 4 });
    assert.throws(() => conversation.request('remove', foreign), refused('ESRCH'));
    conversation.request('remove', removeRoute(wanted));
    assert.deepEqual(held(), []);
    assert.throws(() => conversation.request('remove', removeRoute(wanted)), refused('ESRCH'));
  });

  contract(
    'a route through a gateway on the link takes the place of another',
    ({ conversation, ifindex }) => {
      const held = () => listRoutes(conversation).filter((one) => one.ifindex === ifindex);
      const gateway = SUBNET;
      conversation.request('create', replaceGatewayRoute(NETWORK, gateway + 256, 4, ifindex));
      conversation.request('replace', replaceGatewayRoute(NETWORK, gateway, 113, ifindex));
      const wanted = { destination: NETWORK, ifindex, gateway, preferredSource: undefined, priority: 0 };
      assert.deepEqual(held(), [{ ...wanted, protocol: 113, scope: RT_SCOPE_UNIVERSE }]);
      conversation.request('remove', removeRoute({ ...wanted, protocol: 113, scope: RT_SCOPE_UNIVERSE }));
      assert.deepEqual(held(), []);
    },
  );

  contract('a route leaves by the interface of its gateway, which routes tell', (ground) => {
    const { conversation, ifindex } = ground;
    const beyond = parsePrefix('198.51.100.0/24');
    const unreachable = replaceGatewayRoute(beyond, SUBNET + 1, 113);
    assert.throws(() => conversation.request('create', unreachable), refused('ENETUNREACH'));
    assert.equal(findPath(conversation, SUBNET + 1), undefined);
    conversation.request('the link', replaceOnLinkRoute(ifindex, NETWORK, 113));
    assert.deepEqual(findPath(conversation, SUBNET + 1), { ifindex, isDirect: true });
    conversation.request('create', unreachable);
    assert.deepEqual(findPath(conversation, beyond.address + 7), { ifindex, isDirect: false });
  });

  contract('the longest route that matches is found, and how large packets by it may be', (ground) => {
    const { conversation, ifindex } = ground;
    const match = { ifindex, protocol: 113, isLocal: false };
    assert.equal(findRoute(conversation, CONTAINER), undefined);
    conversation.request('create', replaceOnLinkRoute(ifindex, NETWORK, 113));
    assert.deepEqual(findRoute(conversation, CONTAINER), {
      ...match,
      destination: NETWORK,
      gateway: undefined,
    });
    const subnet = parsePrefix('10.5.7.0/24');
    conversation.request('create', replaceGatewayRoute(subnet, subnet.address, 113, ifindex));
    const longer = { ...match, destination: subnet, gateway: subnet.address };
    assert.deepEqual(findRoute(conversation, CONTAINER), longer);
    assert.equal(findPathMtu(conversation, CONTAINER), undefined);
  });
}
