import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookUp } from '../../src/diagnosis/lookup.ts';
import type { Problem } from '../../src/diagnosis/story.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { RT_SCOPE_UNIVERSE } from '../../src/netlink/constants.ts';
import { fakeGround } from './fixture.ts';

interface Holder {
  readonly name: string;
  readonly up: boolean;
  readonly address: string;
  readonly prefixLength: number;
}

/** What a lookup finds about an address of the own subnet, 10.5.1.0/24, that no route leads to. */
function problemsWith(...holders: readonly Holder[]): Problem[] {
  const { kernel, ground } = fakeGround();
  for (const { name, up, address, prefixLength } of holders) {
    const { ifindex } = kernel.links.add(name, { kind: 'bridge', up });
    const header = { scope: RT_SCOPE_UNIVERSE, flags: 0 };
    kernel.addresses.addresses.push({ ifindex, address: parseIpv4(address), prefixLength, ...header });
  }
  const { kernel: conversation, standing } = ground;
  return lookUp({ kernel: conversation, standing, misses: () => [] }, parseIpv4('10.5.1.9')).problems;
}

const BRIDGE: Holder = { name: 'cni0', up: true, address: '10.5.1.1', prefixLength: 24 };
const NO_INTERFACE = 'no interface of this host that is up has its own subnet: nothing leads there';

test('an interface that is up and has the own subnet lacks its route', () => {
  assert.deepEqual(problemsWith(BRIDGE), [
    {
      found: 'the route 10.5.1.0/24 to cni0, which is up and has 10.5.1.1, is missing: nothing leads there',
      mend: 'ip route replace 10.5.1.0/24 dev cni0 proto kernel scope link src 10.5.1.1',
      note: null,
    },
  ]);
});

test('the bridge may have another name, and the tunnel is none', () => {
  const tunnel = { name: 'flannel.2', up: true, address: '10.5.1.0', prefixLength: 32 };
  const [problem] = problemsWith(tunnel, { ...BRIDGE, name: 'docker0' });
  assert.equal(
    problem?.mend,
    'ip route replace 10.5.1.0/24 dev docker0 proto kernel scope link src 10.5.1.1',
  );
});

test('a bridge that is down has to be up, and gets what it lacks', () => {
  const mends = [
    problemsWith({ ...BRIDGE, up: false }),
    problemsWith({ ...BRIDGE, prefixLength: 32 }),
    problemsWith(),
  ].map(([problem]) => [problem?.found, problem?.mend]);
  const address = 'ip address add 10.5.1.1/24 dev cni0';
  assert.deepEqual(mends, [
    [NO_INTERFACE, 'ip link set cni0 up'],
    [NO_INTERFACE, `${address} && ip link set cni0 up`],
    [NO_INTERFACE, `ip link add cni0 type bridge && ${address} && ip link set cni0 up`],
  ]);
});
