import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCommand, tryCommand } from '../../src/lab/command.ts';
import type { Host } from '../../src/lab/host.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { dashboardQueries, documentedQueries } from '../support/dashboard.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { Prometheus, prometheusSkipReason, type QueryResult } from '../support/prometheus.ts';
import { statsOf } from '../support/static-peer.ts';

const ADDRESS = '127.0.0.1:9477';
const ALERTS = join(process.cwd(), 'scripts/prometheus/alerts.yml');

/** Longer than the time between two scrapes by so much that a late one does no harm. */
const WINDOW = '20s';

describe('a real Prometheus and a real daemon', { skip: labSkipReason() || prometheusSkipReason() }, () => {
  const lab = labForSuite({
    hosts: 2,
    daemonArguments: ['--status-address', ADDRESS, '--idle-timeout', '1s'],
  });

  it('agree about every miss, and with who sent the packets', async () => {
    // Without containers there is no bridge, and packets to the host's own subnet go to the tunnel.
    await lab().startDaemons();
    const host = lab().host(1);
    const prometheus = await Prometheus.start({ host, targets: [ADDRESS], rules: [ALERTS] });
    await waitUntil('the first scrape', async () => (await prometheus.valueOf('up{job="l3missd"}')) === 1);
    const traffic = await makeMisses(host, lab().host(2));

    const metrics = await askMetrics(host);
    assert.deepEqual(await checked(metrics), { status: 0, stdout: '', stderr: '' });
    const told = (outcome: string, phase = 'first') =>
      Number(
        new RegExp(
          `^l3missd_misses_total\\{kind="L3",phase="${phase}",outcome="${outcome}"\\} (\\d+)$`,
          'm',
        ).exec(metrics)?.[1],
      );
    const { answered, noLease, ownSubnet } = traffic;
    assert.deepEqual(
      [told('answered'), told('no-lease'), told('own-subnet')],
      [answered, noLease, ownSubnet],
    );
    assert.ok(told('answered', 'refresh') >= 1);
    await waitUntil('the scrape of them', async () => {
      const sum = await prometheus.valueOf('sum(l3missd_misses_total{outcome="answered", phase="first"})');
      return sum === answered;
    });
    assert.equal(await prometheus.valueOf('sum(l3missd_misses_total{outcome="no-lease"})'), noLease);
    const { misses } = await statsOf(host);
    assert.deepEqual([misses.answered, misses.noLease, misses.ownSubnet], [answered, noLease, ownSubnet]);
    const byHistogram = await prometheus.valueOf('l3missd_miss_latency_seconds_count');
    assert.ok((byHistogram ?? 0) >= answered + noLease + ownSubnet);

    await eachQueryHasData(prometheus, host, lab().host(2));
    await alertsAreQuiet(prometheus);
  });
});

describe('the alerts', { skip: prometheusSkipReason() }, () => {
  it('are rules that promtool takes, and fire when they must and only then', async () => {
    assert.match(await runCommand('promtool', ['check', 'rules', ALERTS]), /SUCCESS: \d+ rules found/);
    const tests = join(process.cwd(), 'scripts/prometheus/alerts.test.yml');
    assert.match(await runCommand('promtool', ['test', 'rules', tests]), /SUCCESS/);
  });

  it('come with a configuration that promtool takes', async () => {
    const config = join(process.cwd(), 'scripts/prometheus/prometheus.yml');
    assert.match(await runCommand('promtool', ['check', 'config', config]), /SUCCESS/);
  });
});

interface Traffic {
  readonly answered: number;
  readonly noLease: number;
  readonly ownSubnet: number;
}

/** Sends one packet to each of some addresses: of the other host, of nobody, of this host; and so many to one that it is refreshed. */
async function makeMisses(host: Host, other: Host): Promise<Traffic> {
  const remote = await subnetOf(other);
  const own = await subnetOf(host);
  await knock(host, addresses(remote, 10, 50));
  await knock(host, addresses('10.5.200', 1, 30));
  await knock(host, addresses(own, 100, 20));
  await waitUntil('the answers', async () => {
    const { misses } = await statsOf(host);
    return misses.answered >= 50 && misses.noLease >= 30 && misses.ownSubnet >= 20;
  });
  // An entry that carries packets is asked about once in each idle time-out.
  await host.namespace.attempt('ping', ['-n', '-i', '0.1', '-c', '30', '-W', '1', `${remote}.200`]);
  return { answered: 51, noLease: 30, ownSubnet: 20 };
}

/** Every panel and every query of the documents shows something while there is traffic. A quantile of nothing is NaN, which counts as nothing. */
async function eachQueryHasData(prometheus: Prometheus, host: Host, other: Host): Promise<void> {
  const remote = await subnetOf(other);
  const queries = [...dashboardQueries(WINDOW), ...documentedQueries()];
  assert.ok(dashboardQueries(WINDOW).length > 30 && documentedQueries().length >= 5);
  let next = 60;
  const lacking = async () => {
    await knock(host, addresses(remote, next, 5));
    next += 5;
    const results = await prometheus.ask(queries);
    assert.deepEqual(
      results.filter(({ error }) => error !== undefined),
      [],
    );
    return results.filter((result) => !hasData(result)).map(({ query }) => query);
  };
  let last: string[] = [];
  await waitUntil(
    'data for each query',
    async () => {
      last = await lacking();
      return last.length === 0;
    },
    { timeout: 30_000, interval: 500 },
  ).catch((error: unknown) => {
    assert.fail(`${error}; without data: ${last.join('\n')}; ${prometheus.lastLines}`);
  });
}

function hasData({ vector }: QueryResult): boolean {
  return vector.some(({ value: [, value] }) => Number.isFinite(Number(value)));
}

async function alertsAreQuiet(prometheus: Prometheus): Promise<void> {
  const rules = await prometheus.rules();
  assert.ok(rules.length >= 10);
  for (const { name, health, state, lastError } of rules) {
    // One late answer of a busy machine is more than a hundredth of the few that there are; the alert waits ten minutes.
    const quiet = name === 'L3missdSlow' && state === 'pending' ? state : 'inactive';
    assert.deepEqual({ name, health, state, lastError }, { name, health: 'ok', state: quiet, lastError });
  }
}

async function subnetOf(host: Host): Promise<string> {
  const { lease } = await statsOf(host);
  assert.ok(lease);
  return lease.subnet.replace(/\.0\/24$/, '');
}

function addresses(network: string, first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${network}.${first + index}`);
}

/** One UDP packet to each address. An address that nobody has is an error of an earlier packet, which is no matter here. */
async function knock(host: Host, to: readonly string[]): Promise<void> {
  const script = `const socket = require('node:dgram').createSocket('udp4').on('error', () => undefined);
    Promise.all(process.argv.slice(1).map((address) =>
      new Promise((resolve) => socket.send('knock', 9, address, resolve)))).then(() => socket.close())`;
  await host.namespace.run(process.execPath, '-e', script, '--', ...to);
}

async function askMetrics(host: Host): Promise<string> {
  const script = `fetch('http://${ADDRESS}/metrics').then(async (answer) => console.log(await answer.text()))`;
  return host.namespace.run(process.execPath, '-e', script);
}

async function checked(metrics: string) {
  return tryCommand('promtool', ['check', 'metrics'], { input: `${metrics.trimEnd()}\n` });
}
