import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conversation } from '../../src/kernel/conversation.ts';
import { listRoutes, replaceGatewayRoute, replaceOnLinkRoute } from '../../src/kernel/routes.ts';
import { formatIpv4, parseIpv4 } from '../../src/net/ipv4.ts';
import { formatPrefix, parsePrefix } from '../../src/net/prefix.ts';
import {
  AF_BRIDGE,
  NUD_FAILED,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_STALE,
  RTM_DELNEIGH,
  RTM_DELROUTE,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTPROT_BOOT,
} from '../../src/netlink/constants.ts';
import { type ModeName, modeOf } from '../../src/overlay/modes.ts';
import { OWN_PROTOCOL } from '../../src/overlay/ownership.ts';
import type { SubnetLease } from '../../src/overlay/programmer.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { at, lease, macOf, NETWORK, noLease, resolverOnFake } from './fixture.ts';

const IDLE = 60_000;

/** What each message does: `+` writes, `-` removes; N a neighbour, F a forwarding entry, R a route. */
const LETTERS = new Map([
  [RTM_NEWNEIGH, '+N'],
  [RTM_DELNEIGH, '-N'],
  [RTM_NEWROUTE, '+R'],
  [RTM_DELROUTE, '-R'],
]);

/** A resolver in a mode; hosts 1 and 2 have leases, at 192.0.2.1 and .2. */
function inMode(
  mode: ModeName,
  { maximum = 1000, prepare = (_: Fake) => {}, setAlarm = (_: number) => {} } = {},
) {
  const fake = resolverOnFake(maximum, IDLE, { mode: modeOf(mode), forwardOnDemand: true, setAlarm });
  const { resolver, kernel, ifindex, settle, pass } = fake;
  const conversation = new Conversation(kernel.open());
  if (modeOf(mode).networkRoute) {
    conversation.request('the network', replaceOnLinkRoute(ifindex, NETWORK, OWN_PROTOCOL));
  }
  prepare(fake);
  kernel.requests.splice(0);
  const give = (leases: readonly SubnetLease[], complete = false) => {
    resolver.place(leases.flatMap(({ mac, endpoint }) => (mac === undefined ? [] : [{ mac, endpoint }])));
    let done = false;
    resolver.apply(leases, complete, () => {
      done = true;
    });
    settle();
    settle();
    return done;
  };
  const written = () => {
    const letters = kernel.requests.splice(0).map(({ type, payload }) => {
      const letter = payload[0] === AF_BRIDGE ? LETTERS.get(type)?.replace('N', 'F') : LETTERS.get(type);
      return letter ?? '';
    });
    return letters.filter(Boolean).join(' ');
  };
  const routes = () =>
    listRoutes(conversation)
      .map(({ destination, gateway }) => formatPrefix(destination) + via(gateway))
      .sort();
  const wait = (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 500) {
      pass(500);
      settle();
      settle();
    }
  };
  return { ...fake, conversation, give, written, routes, wait };
}

type Fake = ReturnType<typeof resolverOnFake>;

function via(gateway: number | undefined): string {
  return gateway === undefined ? '' : ` via ${formatIpv4(gateway)}`;
}

function at1(n: number, last = n, mac = macOf(n)): SubnetLease {
  return { ...lease(n, mac), endpoint: parseIpv4(`192.0.2.${last}`) };
}

const BOTH = [at1(1), at1(2)];
const WHOLE = { mac: macOf(1), state: NUD_PERMANENT, protocol: OWN_PROTOCOL };

function essence(entry: { mac?: unknown; state?: number; protocol?: number } | undefined) {
  return entry && { mac: entry.mac, state: entry.state, protocol: entry.protocol };
}

test('eager: a lease brings neighbour, forwarding entry and route, in that order, and takes them in reverse', () => {
  const { give, written, routes, held } = inMode('eager');
  assert.equal(give([at1(1)], true), true, 'the kernel holds it');
  assert.equal(written(), '+N +F +R');
  assert.deepEqual(routes(), ['10.5.1.0/24 via 10.5.1.0']);
  assert.deepEqual(essence(held('10.5.1.0')), WHOLE);
  give([{ ...at1(1), ...noLease(1) }]);
  assert.equal(written(), '-R -F -N');
  assert.deepEqual([routes(), held('10.5.1.0')], [[], undefined]);
});

test('eager: before the first complete list leases are programmed, and nothing else is touched', () => {
  const { give, written, routes } = inMode('eager', {
    prepare: ({ kernel, ifindex }) => foreignRoute(kernel, ifindex, '10.5.9.0/24'),
  });
  assert.equal(give([at1(1)]), true);
  assert.equal(written(), '+N +F +R');
  assert.deepEqual(routes(), ['10.5.1.0/24 via 10.5.1.0', '10.5.9.0/24 via 10.5.9.0']);
});

test('a MAC that changes: first its forwarding entry, then the neighbour, then the former goes', () => {
  const { give, written, held } = inMode('eager');
  give(BOTH, true);
  written();
  give([at1(1, 1, macOf(77))]);
  assert.equal(written(), '+F +N +R -F');
  assert.equal(held('10.5.1.0')?.mac, macOf(77));
});

test('an endpoint that changes is the forwarding entry alone', () => {
  const { give, written } = inMode('eager');
  give(BOTH, true);
  written();
  give([at1(1, 9)]);
  assert.equal(written(), '+F');
});

test('eager: direct routing is a route past the tunnel and no more, and can come and go', () => {
  const { give, written, routes, conversation, other } = inMode('eager');
  conversation.request('the link', replaceOnLinkRoute(other, parsePrefix('192.0.2.0/24'), 2));
  const direct = { ...at1(1), directly: parseIpv4('192.0.2.1') };
  give([direct], true);
  written();
  assert.ok(routes().includes('10.5.1.0/24 via 192.0.2.1'));
  give([at1(1)]);
  assert.equal(written(), '+N +F +R');
  assert.ok(routes().includes('10.5.1.0/24 via 10.5.1.0'));
  give([direct]);
  assert.equal(written(), '+R -N -F');
  assert.ok(routes().includes('10.5.1.0/24 via 192.0.2.1'));
});

test('lazy-subnet: nothing before the first miss, which is answered before its subnet is programmed', () => {
  const { give, written, routes, miss, held } = inMode('lazy-subnet');
  give(BOTH, true);
  assert.equal(written(), '');
  miss('10.5.1.7');
  assert.equal(written(), '+F +N +N +R', 'the answer needs the forwarding entry');
  assert.deepEqual(routes(), ['10.5.0.0/16', '10.5.1.0/24 via 10.5.1.0']);
  assert.deepEqual([essence(held('10.5.1.7')), essence(held('10.5.1.0'))], [WHOLE, WHOLE]);
});

test('lazy-subnet: the single neighbour goes when nobody uses it any more', () => {
  const { give, miss, held, wait, ask, counters } = inMode('lazy-subnet');
  give(BOTH, true);
  miss('10.5.1.7');
  miss('10.5.1.8');
  wait(1500);
  const used = held('10.5.1.8');
  assert.equal(used?.state, NUD_STALE);
  used.state = NUD_PROBE;
  ask(used);
  wait(1500);
  assert.equal(held('10.5.1.7'), undefined);
  assert.equal(held('10.5.1.8')?.mac, macOf(1), 'a packet still went by it');
  assert.equal(counters.get('neighbours'), 2);
});

test('lazy-subnet: a subnet stays while its gateway is asked for, and goes one to two time-outs later', () => {
  const { give, miss, held, wait, ask, routes, written, counters } = inMode('lazy-subnet');
  give(BOTH, true);
  miss('10.5.1.0');
  wait(IDLE);
  const gateway = held('10.5.1.0');
  assert.equal(gateway?.state, NUD_STALE);
  gateway.state = NUD_PROBE;
  ask(gateway);
  assert.deepEqual(essence(held('10.5.1.0')), WHOLE);
  wait(IDLE - 1000);
  assert.equal(routes().length, 2);
  written();
  wait(IDLE + 2000);
  assert.equal(written(), '+N -R -F -N', 'doubted, and then taken away');
  assert.deepEqual([routes(), held('10.5.1.0')], [['10.5.0.0/16'], undefined]);
  assert.deepEqual(
    [counters.get('expired'), counters.get('neighbours'), counters.get('forwarding')],
    [1, 0, 0],
  );
});

test('lazy-subnet: what was sent to before the first complete list stays, and goes in its time', () => {
  const { give, miss, wait, routes, written, kernel } = inMode('lazy-subnet');
  give([at1(1)]);
  miss('10.5.1.7');
  wait(3000);
  written();
  give([], true);
  wait(10_000);
  assert.deepEqual([written(), routes()], ['', ['10.5.0.0/16', '10.5.1.0/24 via 10.5.1.0']]);
  wait(3 * IDLE);
  assert.deepEqual(routes(), ['10.5.0.0/16']);
  assert.equal(kernel.neighbours.forwarding.size, 0);
});

test('lazy-subnet: no more subnets than the bound allows', () => {
  const { give, miss, wait, routes, counters } = inMode('lazy-subnet', { maximum: 2 });
  give([at1(1), at1(2), at1(3)], true);
  for (const n of [1, 2, 3]) {
    miss(`10.5.${n}.7`);
    wait(3000);
  }
  assert.deepEqual(routes(), ['10.5.0.0/16', '10.5.2.0/24 via 10.5.2.0', '10.5.3.0/24 via 10.5.3.0']);
  assert.equal(counters.get('evictedUnderPressure') + counters.get('evictedIdle'), 1);
});

test('a gateway that somebody removed or led elsewhere is written again', () => {
  const { give, held, kernel, misses, settle, ifindex, counters, written } = inMode('eager');
  give(BOTH, true);
  const entry = held('10.5.1.0');
  assert.ok(entry);
  written();
  kernel.neighbours.remove(ifindex, at('10.5.1.0'));
  kernel.tellOfNeighbour(misses, { ...entry, state: NUD_FAILED });
  settle();
  assert.deepEqual(essence(held('10.5.1.0')), WHOLE);
  const again = held('10.5.1.0');
  assert.ok(again);
  again.mac = macOf(99);
  kernel.tellOfNeighbour(misses, again);
  settle();
  settle();
  assert.deepEqual(essence(held('10.5.1.0')), WHOLE);
  assert.equal(counters.get('mended'), 2);
});

test('a route that somebody removed or led elsewhere is written again, one that he added goes', () => {
  const { give, resolver, settle, routes, conversation, ifindex, kernel, counters } = inMode('eager');
  give(BOTH, true);
  const wanted = routes();
  conversation.request('x', replaceGatewayRoute(parsePrefix('10.5.1.0/24'), at('10.5.2.0'), 4, ifindex));
  kernel.routes.routes.splice(1, 1);
  foreignRoute(kernel, ifindex, '10.5.77.0/24');
  resolver.compareRoutes();
  settle();
  assert.deepEqual(routes(), wanted);
  assert.equal(counters.get('mended'), 3);
});

test('a route that the kernel refused is tried again, and keeps nobody waiting', () => {
  const { give, kernel, settle, pass, routes, counters } = inMode('eager');
  kernel.refuse(RTM_NEWROUTE, ERRNO.ENETDOWN);
  give([at1(1)], true);
  assert.deepEqual(routes(), []);
  pass(1001);
  settle();
  settle();
  assert.deepEqual(routes(), ['10.5.1.0/24 via 10.5.1.0']);
  assert.equal(counters.get('routesFailed'), 1);
});

test('what another mode left goes when all is there: routes at once, neighbours when nobody uses them', () => {
  const alarms: number[] = [];
  const { give, kernel, ifindex, put, routes, written, resolver, settle, pass, misses } = inMode('eager', {
    setAlarm: (milliseconds) => alarms.push(milliseconds),
    prepare: ({ kernel, ifindex }) => {
      new Conversation(kernel.open()).request('x', replaceOnLinkRoute(ifindex, NETWORK, OWN_PROTOCOL));
      foreignRoute(kernel, ifindex, '10.5.9.0/24');
    },
  });
  for (let last = 1; last <= 240; last++) {
    put(`10.5.1.${last}`, NUD_PERMANENT, macOf(1));
  }
  give(BOTH, true);
  const order = written();
  assert.ok(order.startsWith('+F +N +R +N +F +R -R -R'), order.slice(0, 40));
  assert.deepEqual(routes(), ['10.5.1.0/24 via 10.5.1.0', '10.5.2.0/24 via 10.5.2.0']);
  const neighbours = () => Array.from(kernel.neighbours.neighbours.values(), ({ state }) => state);
  assert.equal(neighbours().length, 242);
  const [used] = kernel.neighbours.neighbours.values();
  let waited = 0;
  /** Time passes as far as the resolver wants to be woken, or half a second. */
  while (waited < 3000) {
    const time = alarms.splice(0)[0] ?? 500;
    pass(time);
    waited += time;
    resolver.wake();
    settle();
    if (used?.state === NUD_STALE) {
      used.state = NUD_PROBE;
      kernel.ask(misses, used);
      settle();
    }
  }
  assert.deepEqual(neighbours().length, 3, 'the gateways and the one in use');
  assert.equal(ifindex, used?.ifindex);
});

test('what another mode left stays while something of ours is missing', () => {
  const { give, kernel, settle, pass, routes } = inMode('eager', {
    prepare: ({ kernel, ifindex }) => foreignRoute(kernel, ifindex, '10.5.0.0/16'),
  });
  kernel.refuse(RTM_NEWROUTE, ERRNO.ENETDOWN);
  assert.equal(give([at1(1)], true), true, 'nobody is kept waiting by what may be refused for ever');
  assert.deepEqual(routes(), ['10.5.0.0/16 via 10.5.0.0']);
  pass(1001);
  settle();
  settle();
  assert.deepEqual(routes(), ['10.5.1.0/24 via 10.5.1.0']);
});

test('forwarding entries that are there and needed are not touched while subnets are programmed', () => {
  const hosts = Array.from({ length: 60 }, (_, index) => at1(index + 1));
  const { give, written } = inMode('eager', {
    prepare: ({ kernel, ifindex }) => {
      for (const { mac, endpoint = 0 } of hosts) {
        assert.ok(mac);
        kernel.neighbours.forwarding.set(`${ifindex} ${mac}`, { ifindex, mac, endpoint, state: 128 });
      }
    },
  });
  give(hosts, true);
  assert.equal(written().includes('F'), false);
});

test('a gateway that somebody removes again and again is written again without waiting for a comparison', () => {
  const { give, held, kernel, misses, settle, pass, ifindex } = inMode('eager');
  give(BOTH, true);
  kernel.onDump = () => pass(1000);
  for (let times = 0; times < 3; times++) {
    const entry = held('10.5.1.0');
    assert.ok(entry, `after ${times}`);
    kernel.neighbours.remove(ifindex, at('10.5.1.0'));
    kernel.tellOfNeighbour(misses, { ...entry, state: NUD_FAILED });
    settle();
  }
});

test('lazy-subnet: a lease inside of which there is another one has no route, whichever came first', () => {
  const { give, miss, routes, held, settle } = inMode('lazy-subnet');
  const wide = { ...at1(2), subnet: parsePrefix('10.5.16.0/20') };
  const inner = { ...at1(1), subnet: parsePrefix('10.5.20.0/24') };
  give([wide], true);
  miss('10.5.17.1');
  assert.deepEqual(routes(), ['10.5.0.0/16', '10.5.16.0/20 via 10.5.16.0']);
  give([inner]);
  settle();
  assert.deepEqual(routes(), ['10.5.0.0/16'], 'it would carry the packets of the other one');
  miss('10.5.17.2');
  miss('10.5.20.1');
  assert.deepEqual(routes(), ['10.5.0.0/16', '10.5.20.0/24 via 10.5.20.0']);
  assert.deepEqual([held('10.5.17.2')?.mac, held('10.5.20.1')?.mac], [macOf(2), macOf(1)]);
});

test('lazy-subnet: a gateway in doubt that follows its lease is in use again', () => {
  const { give, miss, held, wait, routes } = inMode('lazy-subnet');
  give(BOTH, true);
  miss('10.5.1.0');
  wait(IDLE);
  assert.equal(held('10.5.1.0')?.state, NUD_STALE);
  give([at1(1, 1, macOf(77))]);
  assert.equal(held('10.5.1.0')?.state, NUD_PERMANENT);
  wait(IDLE + 2000);
  assert.equal(routes().length, 2);
});

test('eager: the neighbour of an earlier run goes when its host is reached directly now', () => {
  const { give, put, held, wait, conversation, other } = inMode('eager');
  conversation.request('the link', replaceOnLinkRoute(other, parsePrefix('192.0.2.0/24'), 2));
  put('10.5.1.0', NUD_PERMANENT, macOf(1));
  give([{ ...at1(1), directly: parseIpv4('192.0.2.1'), directInterface: other }], true);
  wait(4000);
  assert.equal(held('10.5.1.0'), undefined);
});

test('eager: before the first complete list what the kernel dropped is written again, and nothing is removed', () => {
  const { give, kernel, ifindex, resolver, settle, routes, held } = inMode('eager', {
    prepare: ({ kernel, ifindex }) => foreignRoute(kernel, ifindex, '10.5.9.0/24'),
  });
  give([at1(1)]);
  kernel.neighbours.remove(ifindex, at('10.5.1.0'));
  resolver.compare();
  settle();
  settle();
  assert.deepEqual(essence(held('10.5.1.0')), WHOLE);
  kernel.routes.routes.splice(0, kernel.routes.routes.length);
  foreignRoute(kernel, ifindex, '10.5.9.0/24');
  resolver.compareRoutes();
  settle();
  settle();
  assert.deepEqual(routes(), ['10.5.1.0/24 via 10.5.1.0', '10.5.9.0/24 via 10.5.9.0']);
});

test('of leases that share a network address the longest has the route through it', () => {
  const { give, routes, held } = inMode('eager');
  const wide = { ...at1(2), subnet: parsePrefix('10.5.0.0/20') };
  const narrow = { ...at1(1), subnet: parsePrefix('10.5.0.0/24') };
  give([wide], true);
  assert.deepEqual(routes(), ['10.5.0.0/20 via 10.5.0.0']);
  give([narrow]);
  assert.deepEqual([routes(), held('10.5.0.0')?.mac], [['10.5.0.0/24 via 10.5.0.0'], macOf(1)]);
  give([{ ...narrow, mac: undefined }]);
  assert.deepEqual([routes(), held('10.5.0.0')?.mac], [['10.5.0.0/20 via 10.5.0.0'], macOf(2)]);
});

/** A route of flannel's eager generation. */
function foreignRoute(kernel: Fake['kernel'], ifindex: number, text: string): void {
  const subnet = parsePrefix(text);
  new Conversation(kernel.open()).request(
    'x',
    replaceGatewayRoute(subnet, subnet.address, RTPROT_BOOT, ifindex),
  );
}
