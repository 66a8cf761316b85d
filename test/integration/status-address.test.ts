import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { median } from '../../scripts/bench/statistics.ts';
import { BackgroundProcess } from '../../src/lab/background-process.ts';
import { builtProgram } from '../../src/lab/daemon.ts';
import type { Host } from '../../src/lab/host.ts';
import { watchStolen } from '../../src/lab/stolen.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { FlowProgram, flowSkipReason } from '../support/flow.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { answeredSince, latestMisses, ratePerSecond } from '../support/last-answers.ts';
import { statsOf } from '../support/static-peer.ts';
import { Storm } from '../support/storm.ts';

const PORT = 9477;
const HEALTH_PORT = 8081;
/** Nobody's, as fast as they come in the worst scans. */
const SCAN = { first: '10.5.64.0', count: 40_000, rate: 20_000 };
/** Of the scan so much is accepted and answered; less where the hypervisor takes more than that of the processors. */
const [LEAST_ANSWERED, LEAST_ANSWERED_DISTURBED] = [0.99, 0.5];
const FAR_TOO_MUCH_STOLEN = 0.05;
/** Of the rate without bad clients so much is left with them. */
const LEAST_RATE = 0.95;
/** Where others use the processors too, clients cost more than they do: then it is tried again. */
const ATTEMPTS = 4;

describe('the status address of a real daemon', { skip: labSkipReason() || flowSkipReason() }, () => {
  const lab = labForSuite({ hosts: 1 });

  it('serves beside the health port, and neither serves what the other does', async () => {
    const host = lab().host(1);
    await host.daemon.start(
      ...['--status-address', `127.0.0.1:${PORT}`],
      ...['--healthz-ip', '127.0.0.1', '--healthz-port', String(HEALTH_PORT)],
    );
    const statuses = await Promise.all([
      ...['/metrics', '/v1/stats', '/v1/misses', '/v1/kernel', '/healthz', '/readyz', '/v1/doctor'].map(
        (path) => statusOf(host, PORT, path),
      ),
      ...['/healthz', '/readyz', '/metrics', '/v1/stats'].map((path) => statusOf(host, HEALTH_PORT, path)),
    ]);
    assert.deepEqual(statuses, ['200', '200', '200', '200', '404', '404', '404', '200', '200', '404', '404']);
    assert.doesNotMatch(readFileSync(host.daemon.logFile, 'utf8'), /not a loopback address/);
  });

  it('answers every miss under a thousand bad clients, of whom it keeps 64, and others behind them', async (test) => {
    const host = lab().host(1);
    const flow = await FlowProgram.compile(lab().folder);
    const attempts: string[] = [];
    let within = false;
    while (!within && attempts.length < ATTEMPTS) {
      const quiet = await (await scanned(host, flow))();
      const storm = await Storm.begin(host, PORT);
      const found = await scanned(host, flow);
      await storm.end();
      const stormy = await found();
      within = stormy.perSecond >= LEAST_RATE * quiet.perSecond && stormy.latency < 1000;
      attempts.push(`quiet ${JSON.stringify(quiet)}, under bad clients ${JSON.stringify(stormy)}`);
    }
    test.diagnostic(attempts.join('; '));
    assert.ok(within, attempts.join('; '));
    await waitUntil('an answer', async () => (await statusOf(host, PORT, '/metrics')) === '200');
  });

  it('ends the daemon with one line when it cannot be had', async () => {
    const host = lab().host(1);
    await host.daemon.stop();
    const holder = await BackgroundProcess.start({
      namespace: host.namespace,
      outlive: false,
      command: [
        process.execPath,
        '-e',
        `require('node:net').createServer().listen(${PORT}, '127.0.0.1', () => console.log('up'))`,
      ],
      logFile: join(host.folder, 'holder.log'),
    });
    await waitUntil('the port to be taken', () => holder.lastLines().includes('up'));
    const own = ['--etcd-endpoints', lab().etcd.endpoint, '--iface', 'eth0', '--log-format', 'json'];
    const files = ['--subnet-file', host.daemon.subnetFile, '--control-socket', host.daemon.controlSocket];
    const [program = '', ...rest] = builtProgram();
    for (const [address, found] of [
      [`127.0.0.1:${PORT}`, /--status-address: 127\.0\.0\.1:9477 is in use; allowed: a free port/],
      ['192.0.2.1:9477', /--status-address: 192\.0\.2\.1 is no address of this host/],
    ] as const) {
      const args = [...rest, 'run', ...own, ...files, '--status-address', address];
      const { status, stderr } = await host.namespace.attempt(program, args, { timeout: 20_000 });
      assert.equal(status, 1, stderr);
      assert.match(stderr.trimEnd().split('\n').at(-1) ?? '', found);
    }
    await holder.stop();
  });

  it('warns in the log when others can reach it', async () => {
    const host = lab().host(1);
    await host.daemon.start('--status-address', `0.0.0.0:${PORT}`);
    assert.match(readFileSync(host.daemon.logFile, 'utf8'), /not a loopback address/);
    await host.daemon.stop();
  });

  it('serves while the daemon still waits for the network config', async () => {
    const host = lab().host(1);
    await lab().etcd.delete('/coreos.com/network/config');
    await host.daemon.launch('--status-address', `127.0.0.1:${PORT}`);
    const script = `fetch('http://127.0.0.1:${PORT}/metrics').then(async (it) => console.log(await it.text()))`;
    const metrics = await waitUntil('metrics', async () => {
      const { stdout } = await host.namespace.attempt(process.execPath, ['-e', script]);
      return stdout.includes('# TYPE l3missd_ready') && stdout;
    });
    assert.match(metrics, /^l3missd_ready 0$/m);
    assert.match(metrics, /^l3missd_condition\{condition="listed"\} 0$/m);
    assert.match(metrics, /^l3missd_kernel_neighbour_limit\{threshold="gc_thresh3"\} [1-9]/m);
    assert.doesNotMatch(metrics, /^l3missd_lease_(info|expiry)/m);
    await host.daemon.stop();
  });
});

interface Scanned {
  readonly perSecond: number;
  /** Median, in microseconds. */
  readonly latency: number;
}

/**
 * Sends first packets to addresses that nobody has. Tells how many of the latest the resolver read a second, by its own
 * clock, and how long they took: who asks it meanwhile may wait for main.
 */
async function scanned(host: Host, flow: FlowProgram): Promise<() => Promise<Scanned>> {
  const stolenSince = watchStolen();
  const begin = (await statsOf(host)).misses.noLease;
  await flow.scan(host.namespace, SCAN);
  // A machine that stands still for a moment lets the neighbour table run full, and the kernel drops what it has no room for.
  const answered = await answeredSince(host, begin);
  const least = stolenSince() > FAR_TOO_MUCH_STOLEN ? LEAST_ANSWERED_DISTURBED : LEAST_ANSWERED;
  assert.ok(answered > least * SCAN.count, `${answered} answers`);
  return async () => {
    const misses = await latestMisses(host);
    return {
      perSecond: ratePerSecond(misses),
      latency: median(misses.map(({ latencyMicroseconds }) => latencyMicroseconds ?? Number.NaN)),
    };
  };
}

/** The status of an answer, as a client in the host's namespace gets it. */
async function statusOf(host: Host, port: number, path: string): Promise<string> {
  const script = `fetch('http://127.0.0.1:${port}${path}').then((answer) => console.log(answer.status))`;
  return (await host.namespace.attempt(process.execPath, ['-e', script])).stdout.trim();
}
