import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { addAddress, listAddresses, removeAddress } from '../../src/kernel/addresses.ts';
import type { Conversation } from '../../src/kernel/conversation.ts';
import { listForwarding, removeForwarding, replaceForwarding } from '../../src/kernel/forwarding.ts';
import { KernelFault } from '../../src/kernel/kernel-fault.ts';
import {
  addVxlan,
  type Link,
  listLinks,
  removeLink,
  setForwarding,
  setMtu,
  setNoAddressGeneration,
  setUp,
} from '../../src/kernel/links.ts';
import { getNeighbourParameters, setNeighbourParameters } from '../../src/kernel/neighbour-parameters.ts';
import { listNeighbours, removeNeighbour, replaceNeighbour } from '../../src/kernel/neighbours.ts';
import { listRoutes, removeRoute, replaceOnLinkRoute } from '../../src/kernel/routes.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { macFromBytes, parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import {
  AF_INET,
  IN6_ADDR_GEN_MODE_NONE,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLMSG_NOOP,
  NUD_PERMANENT,
  RT_SCOPE_LINK,
  RTM_NEWNEIGH,
} from '../../src/netlink/constants.ts';
import type { Request } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';

/** The device that a contract test works on: a vxlan device of its own that is up. */
interface Under {
  readonly conversation: Conversation;
  readonly ifindex: number;
}

const MAC = parseMac('02:00:00:00:00:07');
const OTHER_MAC = parseMac('02:00:00:00:00:08');
const OWN_MAC = parseMac('02:00:00:00:00:01');
const NODE = parseIpv4('10.99.0.12');
const OTHER_NODE = parseIpv4('10.99.0.13');
const CONTAINER = parseIpv4('10.5.7.2');
const SUBNET = parseIpv4('10.5.1.0');
const NETWORK = parsePrefix('10.5.0.0/16');
const NAME = 'l3m-contract';
const VXLAN = { id: 4077, port: 4077, learning: 0 };
/** No kernel gives it: the numbers of interfaces grow from 1. */
const NOBODY = 0x7ffffff0;

/** What every kernel, the real and the fake, does to what src/kernel asks for. `open` is called once per test. */
export function kernelContract(
  kind: string,
  skip: string | false,
  open: (t: TestContext) => Conversation,
): void {
  const contract = (what: string, body: (under: Under) => void) =>
    test(`${kind}: ${what}`, { skip }, (t) => {
      const conversation = open(t);
      const { ifindex } = addDevice(conversation);
      try {
        body({ conversation, ifindex });
      } finally {
        // Before the hooks of the test, which close the socket. A test may have removed the device itself.
        conversation.batch('remove', [removeLink(ifindex)]);
      }
    });

  linkContract(contract);
  neighbourContract(contract);
  forwardingContract(contract);
  addressingContract(contract);
  conversationContract(contract);
}

type Contract = (what: string, body: (under: Under) => void) => void;

function addDevice(conversation: Conversation): Link {
  conversation.request('add', addVxlan(NAME, OWN_MAC, 1450, VXLAN));
  const link = linkNamed(conversation, NAME);
  conversation.request('up', setUp(link.ifindex));
  return link;
}

function linkNamed(conversation: Conversation, name: string): Link {
  const link = listLinks(conversation).find((one) => one.name === name);
  assert.ok(link !== undefined, `${name} is there`);
  return link;
}

function refused(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof KernelFault, String(error));
    assert.equal(error.code, code);
    return true;
  };
}

function linkContract(contract: Contract): void {
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
      'forwarding remove': removeForwarding(NOBODY, MAC, NODE),
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

function neighbourContract(contract: Contract): void {
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

function forwardingContract(contract: Contract): void {
  contract('a forwarding entry is created, replaced, removed once', ({ conversation, ifindex }) => {
    const held = () => listForwarding(conversation, ifindex);
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
    conversation.request('remove', removeForwarding(ifindex, MAC, OTHER_NODE));
    conversation.request('remove', removeForwarding(ifindex, OTHER_MAC, undefined));
    assert.deepEqual(held(), []);
    const again = removeForwarding(ifindex, MAC, OTHER_NODE);
    assert.throws(() => conversation.request('remove', again), refused('ENOENT'));
  });
}

function addressingContract(contract: Contract): void {
  contract('an address is added and removed once', ({ conversation, ifindex }) => {
    const held = () => listAddresses(conversation).filter((one) => one.ifindex === ifindex);
    conversation.request('add', addAddress(ifindex, SUBNET, 32));
    assert.deepEqual(held(), [{ ifindex, address: SUBNET, prefixLength: 32, scope: 0, secondary: false }]);
    assert.throws(() => conversation.request('add', addAddress(ifindex, SUBNET, 32)), refused('EEXIST'));
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
}

function conversationContract(contract: Contract): void {
  contract('a batch of 300 tells exactly which were refused', ({ conversation, ifindex }) => {
    const bad = new Set([0, 1, 126, 127, 128, 200, 255, 256, 298, 299]);
    const requests = Array.from({ length: 300 }, (_, index) => {
      const destination = CONTAINER + index;
      return bad.has(index)
        ? removeNeighbour(ifindex, destination)
        : replaceNeighbour(ifindex, destination, macFromBytes(Uint8Array.of(2, 0, 0, 0, 1, index)), 113);
    });
    const before = conversation.requests;
    const failures = conversation.batch('mixed', requests);
    assert.deepEqual(
      failures.map(({ index }) => index),
      [...bad],
    );
    assert.deepEqual([...new Set(failures.map(({ fault }) => fault.code))], ['ENOENT']);
    assert.equal(conversation.requests - before, 300);
    assert.equal(listNeighbours(conversation, ifindex).length, 300 - bad.size);
  });

  contract('a batch in which all are refused reports all', ({ conversation, ifindex }) => {
    const requests = Array.from({ length: 300 }, (_, index) => removeNeighbour(ifindex, CONTAINER + index));
    assert.equal(conversation.batch('all', requests).length, 300);
    assert.deepEqual(conversation.batch('none', []), []);
  });

  contract('a type that the kernel does not know is refused, and nothing is amiss after', (under) => {
    const { conversation, ifindex } = under;
    const empty = { flags: 0, size: 16, write: (buffer: Buffer, at: number) => buffer.fill(0, at, at + 16) };
    assert.throws(() => conversation.request('unknown', { ...empty, type: 0x3f0 }), refused('EOPNOTSUPP'));
    conversation.request('nothing', { ...empty, size: 0, type: NLMSG_NOOP, write: () => undefined });
    assert.deepEqual(listNeighbours(conversation, ifindex), []);
  });
}
