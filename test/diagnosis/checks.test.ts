import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceMtu } from '../../src/diagnosis/checks/device-mtu.ts';
import { etcd } from '../../src/diagnosis/checks/etcd.ts';
import { forwardPolicy } from '../../src/diagnosis/checks/forward-policy.ts';
import { hostForwarding } from '../../src/diagnosis/checks/host-forwarding.ts';
import { neighbourParameters } from '../../src/diagnosis/checks/neighbour-parameters.ts';
import { judge } from '../../src/diagnosis/checks/neighbour-table.ts';
import { pathMtu } from '../../src/diagnosis/checks/path-mtu.ts';
import { udpPort } from '../../src/diagnosis/checks/udp-port.ts';
import type { Check, Ground } from '../../src/diagnosis/ground.ts';
import type { Reach } from '../../src/diagnosis/reach.ts';
import { setNeighbourParameters } from '../../src/kernel/neighbour-parameters.ts';
import { NF_DROP, NF_INET_FORWARD, NFPROTO_INET } from '../../src/netlink/constants.ts';
import { NEIGHBOUR_PARAMETERS } from '../../src/overlay/device-parameters.ts';
import { fakeGround, reachOf, reachOfHost } from './fixture.ts';

test('a host that does not forward', async () => {
  const { ground, kernel } = fakeGround();
  assert.equal((await hostForwarding.look(ground)).state, 'good');
  kernel.settings.forwarding = false;
  const { state, mend } = await hostForwarding.look(ground);
  assert.deepEqual([state, mend], ['bad', 'sysctl -w net.ipv4.ip_forward=1']);
});

test('two chains that drop are one finding, whose command mends both', async () => {
  const { ground, kernel } = fakeGround();
  for (const name of ['gate', 'fence']) {
    const hook = { number: NF_INET_FORWARD, priority: 0 };
    kernel.settings.chains.push({
      family: NFPROTO_INET,
      attributes: { table: 'mine', name, hook, policy: NF_DROP },
    });
  }
  const { state, mend } = await forwardPolicy.look(ground);
  assert.equal(state, 'doubtful');
  assert.equal(
    mend,
    "nft chain inet mine gate '{ policy accept; }'; nft chain inet mine fence '{ policy accept; }'",
  );
});

test('a device that is too wide for its underlay', async () => {
  const { ground, kernel, device, store } = fakeGround();
  const eth0 = [...kernel.links.links.values()].find(({ name }) => name === 'eth0');
  assert.ok(eth0 !== undefined && ground.standing.tunnel !== undefined);
  const { tunnel } = ground.standing;
  const plan = { ...tunnel.plan, underlayIfindex: eth0.ifindex };
  const on = { ...ground, standing: { ...ground.standing, tunnel: { ...tunnel, plan } } };
  assert.equal((await deviceMtu.look(on)).state, 'good');
  device.mtu = 1451;
  const { state, mend } = await deviceMtu.look(on);
  assert.deepEqual([state, mend], ['bad', 'systemctl restart l3missd']);
  // With this config the daemon would not start again.
  store.cluster.put(store.configKey, '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan","MTU":1501}}');
  assert.match((await deviceMtu.look(on)).mend ?? '', /^etcdctl .* put .*"MTU":1500\}\}'$/);
});

test('neighbour parameters that differ are named, and only those', async () => {
  const { ground, device } = fakeGround();
  const set = (values: object) =>
    ground.kernel.request(
      'set',
      setNeighbourParameters(device.ifindex, { ...NEIGHBOUR_PARAMETERS, ...values }),
    );
  set({});
  assert.equal((await neighbourParameters.look(ground)).state, 'good');
  set({ appProbes: 0, retransTime: 250n });
  const { state, found, mend } = await neighbourParameters.look(ground);
  assert.equal(state, 'bad');
  assert.match(found, /: app_solicit is 0, retrans_time_ms is 250$/);
  assert.equal(
    mend,
    'sysctl -w net/ipv4/neigh/flannel.1/app_solicit=3 net/ipv4/neigh/flannel.1/retrans_time_ms=1000',
  );
});

test('the table of neighbours against the size of the cluster', () => {
  const state = (hardLimit: number, hosts: number, tableFulls = 0) =>
    judge({ hardLimit, tableFulls }, hosts).state;
  assert.equal(state(1024, 3), 'good');
  assert.equal(state(1024, 256), 'good');
  assert.equal(state(1024, 257), 'doubtful');
  assert.equal(state(1024, 1025), 'bad');
  assert.equal(state(1024, 3, 1), 'doubtful');
  assert.equal(state(8192, 3, 1), 'good', 'what was refused before the limit was raised is history');
  const { mend } = judge({ hardLimit: 1024, tableFulls: 0 }, 3000);
  assert.match(mend ?? '', /gc_thresh1=2048 .*gc_thresh2=8192 .*gc_thresh3=16384$/);
});

/** What a check says of hosts that are reached in that way. */
async function outcome(check: Check, reached: readonly Reach[], values: Partial<Ground> = {}) {
  const { ground } = fakeGround({ reach: async () => reached, ...values });
  return check.look(ground);
}

test('the UDP port: an answer is good, a refusal bad, silence of all doubtful and of one unknown', async () => {
  const silent = { largest: 0 };
  assert.equal((await outcome(udpPort, [reachOf()])).state, 'good');
  const old = reachOf({ refusal: 'ECONNREFUSED' });
  assert.equal((await outcome(udpPort, [old])).state, 'good', 'it answers by now');
  const refused = await outcome(udpPort, [
    reachOf(),
    reachOfHost(18, { ...silent, refusal: 'ECONNREFUSED' }),
  ]);
  assert.deepEqual([refused.state, refused.found], ['bad', 'nobody listens on UDP port 8472 of 10.99.0.18']);
  const away = await outcome(udpPort, [reachOf({ ...silent, refusal: 'EHOSTUNREACH' })]);
  assert.deepEqual([away.state, away.found], ['bad', '10.99.0.17 cannot be reached (EHOSTUNREACH)']);
  const mute = await outcome(
    udpPort,
    [11, 12, 13, 14, 15].map((n) => reachOfHost(n, silent)),
  );
  assert.equal(mute.state, 'doubtful');
  assert.equal(mute.mend, 'iptables -I INPUT -p udp --dport 8472 -s 10.99.0.11 -j ACCEPT');
  assert.match(mute.note ?? '', /^on 10\.99\.0\.11, /);
  assert.equal((await outcome(udpPort, [reachOf(), reachOfHost(11, silent)])).state, 'unknown');
  assert.match(mute.found, /^10\.99\.0\.11, 10\.99\.0\.12, 10\.99\.0\.13 and 2 more neither answered/);
});

test('the way to other hosts: lost packets are worse than cut ones', async () => {
  assert.equal((await outcome(pathMtu, [reachOf(), reachOfHost(18, { largest: 0 })])).state, 'good');
  const narrow = reachOf({ pathMtu: 1400 });
  const hole = reachOfHost(18, { largest: 1230 });
  const cut = await outcome(pathMtu, [narrow]);
  assert.equal(cut.state, 'doubtful');
  assert.equal(cut.mend, null, 'there is no config to be changed');
  assert.match(cut.note ?? '', /^set Backend\.MTU of the network config to 1400; /);
  const lost = await outcome(pathMtu, [narrow, hole]);
  assert.equal(lost.state, 'bad');
  assert.match(lost.note ?? '', /^set Backend\.MTU of the network config to 1280; /);
  assert.equal((await outcome(pathMtu, [reachOf({ largest: 0 })])).state, 'unknown');
});

test('a smaller MTU is put into the config as it is in etcd now, whatever else it says', async () => {
  const put = 'etcdctl --endpoints http://10.99.0.1:2379 put /coreos.com/network/config';
  for (const [config, mended] of [
    ['{"Network":"10.5.0.0/16"}', '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan","MTU":1400}}'],
    [
      `{"network":"10.5.0.0/16","Backend":1,"backend":{"mtu":1500,"VNI":7},"Owner":"Bob's"}`,
      `{"network":"10.5.0.0/16","Backend":1,"backend":{"mtu":1400,"VNI":7},"Owner":"Bob'\\''s"}`,
    ],
  ] as const) {
    const { ground, store } = fakeGround({ reach: async () => [reachOf({ pathMtu: 1400 })] });
    store.cluster.put(store.configKey, config);
    assert.equal((await pathMtu.look(ground)).mend, `${put} '${mended}'`);
    store.unreachable = true;
    assert.equal((await pathMtu.look(ground)).mend, null);
  }
});

test('where there is no other host, or no device, nothing is known and why is said', async () => {
  const { standing } = fakeGround().ground;
  for (const check of [udpPort, pathMtu]) {
    const alone = await outcome(check, [], { standing: { ...standing, leases: [] } });
    const deviceless = await outcome(check, [], { standing: { ...standing, tunnel: undefined } });
    assert.deepEqual([alone.state, deviceless.state], ['unknown', 'unknown']);
    assert.deepEqual([alone.mend, deviceless.mend], ['systemctl start l3missd', 'l3missd stats']);
    assert.equal((await outcome(check, [])).state, 'good', 'no host needs the tunnel');
  }
});

test('an etcd that answers, is slow, hangs, refuses, or has not told the leases yet', async () => {
  const { ground, store, clock } = fakeGround();
  assert.equal((await etcd.look(ground)).state, 'good');
  const { standing } = ground;
  const storeWith = (other: object) => Object.assign(Object.create(store), other);
  assert.equal((await etcd.look({ ...ground, standing: { ...standing, listed: false } })).state, 'doubtful');
  const summarise = async () => {
    await clock.sleep(600, new AbortController().signal);
    return store.summarise();
  };
  const slow = Promise.resolve(etcd.look({ ...ground, store: storeWith({ summarise }) }));
  await clock.advance(600);
  assert.match((await slow).found, /^etcd answers within 600\.0 ms, which is slow$/);
  const never = () => new Promise<never>(() => undefined);
  const hanging = Promise.resolve(
    etcd.look({ ...ground, store: storeWith({ list: never, summarise: never }) }),
  );
  await clock.advance(3000);
  assert.match((await hanging).found, /has not answered within 3 s$/);
  store.unreachable = true;
  const { state, found } = await etcd.look(ground);
  assert.equal(state, 'bad');
  assert.match(found, /^etcd at http:\/\/10\.99\.0\.1:2379 does not answer: memory store: unreachable/);
});
