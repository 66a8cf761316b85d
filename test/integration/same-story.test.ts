import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Container } from '../../src/lab/container.ts';
import type { Host } from '../../src/lab/host.ts';
import { unicastNeighbours } from '../../src/lab/kernel-view.ts';
import { ping } from '../../src/lab/ping.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { OWN_PROTOCOL } from '../../src/overlay/ownership.ts';
import { Browser, browserSkipReason } from '../support/browser.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { StatusPage, WIDE } from '../support/status-page.ts';
import { STATUS_ADDRESS, tunnelledPackets, Witness } from '../support/witness.ts';

/** The kernel keeps a packet for three seconds: what it sent off before the list came is the daemon's to lose only within that. */
const KEPT_MS = 2500;

const probedSchema = z.array(z.looseObject({ probes: z.int().nonnegative() }));

/**
 * Each way in which a miss can end, brought about in the kernel: the journal, the story of the address, the statistics and
 * the metrics tell the same of it, and what left by the tunnel was counted outside of the daemon.
 */
describe('each way that a miss can end is told alike everywhere', { skip: labSkipReason() }, () => {
  const lab = labForSuite({
    hosts: 2,
    containers: 5,
    daemonArguments: ['--status-address', STATUS_ADDRESS, '--idle-timeout', '1s'],
  });
  const host = () => lab().host(1);
  const from = (): Container => lab().host(1).containers[0] ?? assert.fail('no container');
  const remote = (number: number) => lab().host(2).containers[number]?.address ?? assert.fail('no container');
  const page = pageOf(host);
  const watch = () => Witness.begin(host(), page());

  it('answered, and confirmed while it is in use', async () => {
    const before = await watch();
    const { roundTrips } = await ping(from(), remote(0), { count: 15, interval: 0.2 });
    assert.ok(roundTrips.every((time) => time !== undefined));
    const seen = await before.end(remote(0));
    assert.equal(seen.sent, 15, 'packets that left by the tunnel');
    assert.deepEqual(seen.journal[0], 'L3 first answered');
    const refreshes = seen.journal.filter((line) => line === 'L3 refresh answered').length;
    assert.ok(refreshes >= 1, `${seen.journal}`);
    assert.deepEqual(seen.counted, { 'L3 first answered': 1, 'L3 refresh answered': refreshes });
  });

  it('no lease: the sender is told, and nothing leaves', async () => {
    const before = await watch();
    const { stdout } = await host().namespace.attempt('ping', ['-n', '-c', '1', '-W', '1', '10.5.200.1']);
    assert.match(stdout, /Destination Host Unreachable/);
    const seen = await before.end('10.5.200.1');
    assert.deepEqual([seen.sent, seen.journal], [0, ['L3 first no-lease']]);
    assert.deepEqual(seen.counted, { 'L3 first no-lease': 1 });
  });

  it("this host's own subnet, when its bridge has no route", async (test) => {
    const own = from().address.replace(/\.\d+$/, '.200');
    const { lease } = await host().daemon.statistics();
    await host().namespace.configure(`route del ${lease?.subnet} dev cni0`);
    test.after(() => host().namespace.configure(`route add ${lease?.subnet} dev cni0`));
    const before = await watch();
    const { stdout } = await host().namespace.attempt('ping', ['-n', '-c', '1', '-W', '1', own]);
    assert.match(stdout, /Destination Host Unreachable/);
    const seen = await before.end(own);
    assert.deepEqual([seen.sent, seen.journal], [0, ['L3 first own-subnet']]);
    assert.deepEqual(seen.counted, { 'L3 first own-subnet': 1 });
  });

  it('asked again while the daemon stood still: answered, and answered already', async () => {
    const before = await watch();
    const { process: daemon } = host().daemon;
    daemon.kill('SIGSTOP');
    const first = ping(from(), remote(1), { count: 1, patience: 5 });
    await waitUntil('an entry that waits', async () => (await stateOf(host(), remote(1))) === 'INCOMPLETE');
    // The kernel asks a second time after a second (retrans_time).
    await delay(1200);
    daemon.kill('SIGCONT');
    assert.notEqual((await first).roundTrips[0], undefined);
    const seen = await before.end(remote(1));
    assert.equal(seen.sent, 1);
    assert.deepEqual(seen.journal.slice(0, 2), ['L3 first answered', 'L3 first already-answered']);
    assert.equal(seen.counted['L3 first already-answered'], 1);
  });

  it('refused by the kernel, because the entry was gone', async () => {
    const before = await watch();
    const { process: daemon } = host().daemon;
    daemon.kill('SIGSTOP');
    const first = ping(from(), remote(2), { count: 1, patience: 1 });
    await waitUntil('an entry that waits', async () => (await stateOf(host(), remote(2))) === 'INCOMPLETE');
    await host().namespace.configure(`neighbour del ${remote(2)} dev flannel.1`);
    daemon.kill('SIGCONT');
    assert.equal((await first).roundTrips[0], undefined);
    const seen = await before.end(remote(2));
    // Where all this takes more than a second the kernel has asked again.
    const asked = seen.journal.length;
    assert.ok(asked >= 1 && asked <= 3);
    assert.deepEqual(
      [seen.sent, seen.journal],
      [0, Array.from({ length: asked }, () => 'L3 first refused ENOENT')],
    );
    assert.deepEqual(seen.counted, { 'L3 first refused': asked });
    assert.equal(await stateOf(host(), remote(2)), undefined);
  });

  for (const { name, address, outcome } of [
    { name: 'no lease', address: () => '10.5.200.2', outcome: 'no-lease' },
    {
      name: "this host's own subnet",
      address: () => from().address.replace(/\.\d+$/, '.201'),
      outcome: 'own-subnet',
    },
  ]) {
    it(`${name}, of an entry of the daemon's own that is to be confirmed: it goes`, async () => {
      const before = await watch();
      const { process: daemon } = host().daemon;
      daemon.kill('SIGSTOP');
      await probe(host(), address());
      daemon.kill('SIGCONT');
      await waitUntil('the entry to go', async () => (await stateOf(host(), address())) === undefined);
      const seen = await before.end(address());
      assert.deepEqual([seen.sent, seen.journal], [0, [`L3 refresh ${outcome}`]]);
      assert.deepEqual(seen.counted, { [`L3 refresh ${outcome}`]: 1 });
    });
  }

  it('refused by the kernel, because the entry was gone when it was confirmed', async () => {
    const before = await watch();
    const { process: daemon } = host().daemon;
    daemon.kill('SIGSTOP');
    await probe(host(), remote(3));
    await host().namespace.configure(`neighbour del ${remote(3)} dev flannel.1`);
    daemon.kill('SIGCONT');
    const seen = await before.end(remote(3));
    assert.deepEqual([seen.sent, seen.journal], [0, ['L3 refresh refused ENOENT']]);
    assert.deepEqual(seen.counted, { 'L3 refresh refused': 1 });
  });

  it('held until the leases are listed, and recovered then', async (test) => {
    const subnet = remote(0).replace(/\.\d+$/, '');
    for (let attempt = 1; attempt <= 10; attempt++) {
      await host().daemon.stop();
      // What an attempt before installed needs no miss.
      await host().namespace.run('bash', '-c', 'ip neighbour flush dev flannel.1 nud all || true');
      const sentBefore = await tunnelledPackets(host());
      await launchToItsDevice(host());
      // Some before the daemon listens, some before it knows the leases, and some after.
      const script = `for n in $(seq 20 250); do echo x > /dev/udp/${subnet}.$n/9; sleep 0.004; done`;
      const begun = Date.now();
      const sending = host().namespace.attempt('bash', ['-c', script]);
      await host().daemon.waitUntilReady();
      const waited = Date.now() - begun;
      await sending;
      const { misses } = await host().daemon.statistics();
      if (misses.held > 0 && waited < KEPT_MS) {
        const witness = new Witness(host(), page());
        const held = await witness.heldDestination();
        await page()?.untilText('journal-count', /live/);
        const seen = await witness.end(held);
        assert.deepEqual(seen.journal, ['L3 first held', 'L3 first recovered']);
        assert.equal(seen.counted['L3 first held'], misses.held);
        const sent = async () => (await tunnelledPackets(host())) - sentBefore;
        await waitUntil('each datagram to leave', async () => (await sent()) >= 231);
        assert.equal(await sent(), 231, 'one for each address');
        test.diagnostic(`${misses.held} held, ${misses.recovered} recovered at attempt ${attempt}`);
        return;
      }
    }
    assert.fail('no start in which a miss came between the listening and the list, and the list in time');
  });
});

describe('what an overrun dropped is told alike everywhere', { skip: labSkipReason() }, () => {
  const lab = labForSuite({
    hosts: 2,
    containers: 1,
    // Room for 39 notifications.
    daemonArguments: ['--status-address', STATUS_ADDRESS, '--miss-buffer', '32768'],
  });
  const page = pageOf(() => lab().host(1));

  it('recovered: a dump finds each address that waits, and its packet leaves; and an entry to be confirmed', async () => {
    const host = lab().host(1);
    const subnet = (lab().host(2).containers[0]?.address ?? assert.fail('no container')).replace(
      /\.\d+$/,
      '',
    );
    const before = await Witness.begin(host, page());
    await overrun(host, async () => {
      const script = `for n in $(seq 101 250); do echo x > /dev/udp/${subnet}.$n/9; done`;
      await host.namespace.run('bash', '-c', script);
      await probe(host, `${subnet}.50`);
    });
    const { misses } = await host.daemon.statistics();
    const last = `${subnet}.250`;
    const { journal, counted, sent } = await before.end(last);
    assert.deepEqual(journal, ['L3 first recovered']);
    const { 'L3 first answered': answered = 0, 'L3 first recovered': recovered = 0, ...others } = counted;
    assert.deepEqual([answered + recovered, sent, others], [150, 150, { 'L3 refresh recovered': 1 }]);
    assert.deepEqual((await before.end(`${subnet}.50`)).journal, ['L3 refresh recovered']);
    assert.equal(misses.overrunsRecovered, recovered + 1);
    await page()?.untilText('overruns', new RegExp(`^${misses.overruns} overruns? in the last minute`));
    const told = await before.metricsText();
    assert.match(told, new RegExp(`^l3missd_overruns_total\\{kind="L3"\\} ${misses.overruns}$`, 'm'));
    assert.match(told, new RegExp(`^l3missd_overrun_recoveries_total ${recovered + 1}$`, 'm'));
  });
});

describe('what an overrun dropped of addresses without a lease is told alike everywhere', {
  skip: labSkipReason(),
}, () => {
  const lab = labForSuite({
    hosts: 1,
    containers: 1,
    daemonArguments: ['--status-address', STATUS_ADDRESS, '--miss-buffer', '32768'],
  });
  const page = pageOf(() => lab().host(1));

  it("no lease, and this host's own subnet: a dump finds each address that waits, and nothing leaves", async () => {
    const host = lab().host(1);
    const { lease } = await host.daemon.statistics();
    await host.namespace.configure(`route del ${lease?.subnet} dev cni0`);
    const own = lease?.subnet.replace(/\.\d+\/.*$/, '');
    const before = await Witness.begin(host, page());
    const script = `for n in $(seq 101 175); do for s in 10.5.200 ${own}; do echo x > /dev/udp/$s.$n/9; done; done`;
    await overrun(host, () => host.namespace.run('bash', '-c', script));
    const nobodys = await before.end('10.5.200.175');
    assert.deepEqual(nobodys.journal, ['L3 first no-lease']);
    assert.deepEqual((await before.end(`${own}.175`)).journal, ['L3 first own-subnet']);
    assert.deepEqual(nobodys.counted, { 'L3 first no-lease': 75, 'L3 first own-subnet': 75 });
    assert.equal(nobodys.sent, 0);
  });
});

describe('each way that a frame without a forwarding entry can end is told alike', {
  skip: labSkipReason(),
}, () => {
  const ADDRESS = '192.168.77.1';
  const NOBODY = '02:00:00:00:99:99';
  const lab = labForSuite({
    hosts: 3,
    containers: 1,
    daemonArguments: ['--status-address', STATUS_ADDRESS, '--fdb', 'on-demand'],
  });
  const seen = pageOf(() => lab().host(1));

  it('answered, because a lease names its MAC', async () => {
    const host = lab().host(1);
    const { device } = await lab().host(2).daemon.statistics();
    const mac = device?.mac ?? '';
    // An operator's own neighbour: nothing but its first frame tells that it needs a forwarding entry.
    await lab().host(2).namespace.configure(`address add ${ADDRESS}/32 dev lo`);
    await host.namespace.configure(
      `route add ${ADDRESS}/32 dev flannel.1`,
      `neighbour add ${ADDRESS} lladdr ${mac} dev flannel.1 nud permanent`,
    );
    const before = await Witness.begin(host, seen());
    const pingOnce = () => host.namespace.attempt('ping', ['-n', '-c', '1', '-W', '1', ADDRESS]);
    await pingOnce();
    assert.equal((await pingOnce()).status, 0);
    const { journal, counted, sent } = await before.endFrames(mac);
    assert.deepEqual([journal, counted], [['L2 first answered'], { 'L2 first answered': 1 }]);
    assert.equal(sent, 1, 'the second packet: the kernel drops a frame that nothing says where to send');
  });

  it('no lease names its MAC', async () => {
    const host = lab().host(1);
    await host.namespace.configure(
      `neighbour replace ${ADDRESS} lladdr ${NOBODY} dev flannel.1 nud permanent`,
    );
    const before = await Witness.begin(host, seen());
    await host.namespace.attempt('ping', ['-n', '-c', '1', '-W', '1', ADDRESS]);
    const { journal, counted, sent } = await before.endFrames(NOBODY);
    assert.deepEqual([journal, counted], [['L2 first no-lease'], { 'L2 first no-lease': 1 }]);
    assert.equal(sent, 0);
  });

  it('refused by the kernel, because the device holds no more entries', async () => {
    const host = lab().host(1);
    await host.daemon.stop();
    await host.namespace.configure(
      'link delete flannel.1',
      `link add flannel.1 type vxlan id 1 local ${host.address} dev eth0 dstport 8472 nolearning l2miss maxaddress 1`,
    );
    await host.daemon.start();
    const [from, to] = [1, 2].map(
      (number) => lab().host(number).containers[0] ?? assert.fail('no container'),
    );
    assert.ok(from && to);
    const [answer] = (await ping(from, to.address, { count: 1 })).roundTrips;
    assert.notEqual(answer, undefined, 'there is room for one');
    const { device } = await lab().host(3).daemon.statistics();
    const mac = device?.mac ?? '';
    await host.namespace.configure(
      `route add ${ADDRESS}/32 dev flannel.1`,
      `neighbour add ${ADDRESS} lladdr ${mac} dev flannel.1 nud permanent`,
    );
    const before = await Witness.begin(host, seen());
    await host.namespace.attempt('ping', ['-n', '-c', '1', '-W', '1', ADDRESS]);
    const { journal, counted, sent } = await before.endFrames(mac);
    assert.deepEqual([journal, counted], [['L2 first refused ENOSPC'], { 'L2 first refused': 1 }]);
    assert.equal(sent, 0, 'the frame is lost');
  });
});

/** The page of a host's daemon in a browser, where there is one, for all tests of the suite that this is called in. */
function pageOf(host: () => Host): () => StatusPage | undefined {
  let browser: Browser | undefined;
  let page: StatusPage | undefined;
  before(async () => {
    if (!browserSkipReason()) {
      browser = await Browser.start(host().namespace.name);
      const tab = await browser.blank();
      // Wide enough for all columns.
      await tab.show(WIDE);
      await tab.go(`http://${STATUS_ADDRESS}/`);
      page = new StatusPage(tab);
      await page.untilText('journal-count', /live/);
    }
  });
  after(() => browser?.close());
  it('the page is asked too', { skip: browserSkipReason() }, () => assert.ok(page));
  return () => page;
}

/** Lets the daemon stand still while more is sent than its buffer holds, and waits until it has found what was dropped. */
async function overrun({ daemon }: Host, send: () => Promise<unknown>): Promise<void> {
  daemon.process.kill('SIGSTOP');
  try {
    await send();
  } finally {
    daemon.process.kill('SIGCONT');
  }
  const isRecovered = async () => (await daemon.statistics()).misses.overrunsRecovered > 0;
  await waitUntil('what was dropped to be found', isRecovered);
}

/** Starts the daemon and waits until it has its device, just before it listens. */
async function launchToItsDevice({ daemon }: Host): Promise<void> {
  const logged = () => readFileSync(daemon.logFile, 'utf8').split('adopted the tunnel device').length;
  const before = logged();
  await daemon.launch();
  await waitUntil('the daemon to have its device', () => logged() > before, { interval: 5 });
}

/** Writes an entry with the daemon's mark about which the kernel asks at once whether it is still right. */
async function probe(host: Host, address: string): Promise<void> {
  await host.namespace.configure(
    `neighbour replace ${address} lladdr 02:00:00:00:77:07 dev flannel.1 nud probe protocol ${OWN_PROTOCOL}`,
  );
  const asked = async () => (await probesOf(host, address)) > 0;
  await waitUntil(`the kernel to ask about ${address}`, asked);
}

async function probesOf({ namespace }: Host, address: string): Promise<number> {
  const text = await namespace.run('ip', '-json', '-stats', 'neighbour', 'show', address, 'dev', 'flannel.1');
  return probedSchema.parse(JSON.parse(text))[0]?.probes ?? 0;
}

async function stateOf(host: Host, address: string): Promise<string | undefined> {
  const found = (await unicastNeighbours(host)).find(({ dst }) => dst === address);
  return found?.state[0];
}
