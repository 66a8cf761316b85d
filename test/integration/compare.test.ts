import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CompareOptions } from '../../src/compare/compare-options.ts';
import { FIGURES } from '../../src/compare/figures.ts';
import type { Results } from '../../src/compare/results.ts';
import { readResults } from '../../src/compare/results-file.ts';
import { runCommand } from '../../src/lab/command.ts';
import { namespacesOfLab, takeDownLab } from '../../src/lab/take-down.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { labSkipReason } from '../support/lab-fixture.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const CHILD = fileURLToPath(new URL('../support/compare-child.js', import.meta.url));
const PEER = fileURLToPath(new URL('../support/eager-peer.js', import.meta.url));

const peer = (name: string, ...ways: string[]) => ({
  name,
  command: [process.execPath, PEER, ...ways].join(' '),
});

interface Ending {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

interface Compared extends Ending {
  /** Where its results are, if it wrote any. */
  readonly json: string;
}

interface Running {
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly told: () => string;
  readonly ended: Promise<Compared>;
}

interface Circumstances {
  readonly environment?: NodeJS.ProcessEnv;
  /** How long a changed node is waited for, in milliseconds. */
  readonly patience?: number;
  /** How long a program has to become ready, in milliseconds. */
  readonly readyWithin?: number;
  /** A command that runs the one behind it. */
  readonly inside?: readonly string[];
}

/** The kernel refuses more network namespaces to whoever is in that user namespace (namespaces(7)). */
const WITHOUT_NAMESPACES = [
  ...['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'],
  ...['echo 0 >/proc/sys/user/max_net_namespaces && exec "$@"', 'sh'],
];

/** Starts a small comparison; at its end there is nothing of it left, however it went. */
function start(
  test: TestContext,
  options: Partial<CompareOptions>,
  { environment = {}, patience = 120_000, readyWithin = 120_000, inside = [] }: Circumstances = {},
): Running {
  const folder = mkdtempSync(join(tmpdir(), 'compare-test-'));
  const json = join(folder, 'results.json');
  const told = [JSON.stringify({ json, ...options }), patience, readyWithin].map(String);
  const command = [process.execPath, CHILD, ...told];
  const [program = '', ...args] = [...inside, ...command];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const lab = `l3m-${child.pid}`;
  test.after(async () => {
    child.kill('SIGKILL');
    await takeDownLab(lab, join('/dev/shm', lab));
    rmSync(folder, { recursive: true });
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    text.out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    text.err += String(chunk);
  });
  const ended = new Promise<Compared>((resolve) => {
    child.once('close', (status, signal) => resolve({ status, signal, ...text, json }));
  }).then(async (compared) => {
    assert.deepEqual(await namespacesOfLab(lab), []);
    assert.ok(![tmpdir(), '/dev/shm'].some((parent) => existsSync(join(parent, lab))), 'the folder is gone');
    const processes = await runCommand('ps', ['-eo', 'args']);
    assert.ok(!processes.includes(lab), processes);
    return compared;
  });
  return { kill: (signal) => void child.kill(signal), told: () => text.err, ended };
}

/** All values of a series for a contestant, over rounds. */
function valuesOf(results: Results, contestant: string, series: string, nodes: number, active?: number) {
  return results.samples
    .filter((sample) => sample.contestant === contestant && sample.series === series)
    .filter((sample) => sample.nodes === nodes && sample.active === active)
    .flatMap(({ values }) => values);
}

/** The only value of a series in one round. */
function one(results: Results, contestant: string, series: string, nodes: number, active?: number): number {
  const values = valuesOf(results, contestant, series, nodes, active);
  assert.equal(values.length, 1, `${contestant} ${series} ${nodes} ${active}: ${values}`);
  return values[0] ?? Number.NaN;
}

function assertEntries(results: Results, nodes: number): void {
  for (const active of [0.5, 1]) {
    const count = (contestant: string, table: string) =>
      one(results, contestant, `entries.traffic.${table}`, nodes, active);
    const hosts = nodes * active;
    assert.equal(count('lazy', 'neighbours'), hosts * 3, 'one for each destination');
    assert.equal(count('lazy', 'routes'), 1);
    assert.equal(count('lazy-subnet', 'routes'), hosts + 1);
    assert.equal(count('lazy-subnet', 'forwarding'), hosts);
    assert.equal(count('lazy-subnet', 'neighbours'), hosts, 'the single ones are gone');
    for (const table of ['routes', 'neighbours', 'forwarding']) {
      assert.equal(count('eager', table), nodes, table);
      assert.equal(count('flannel', table), nodes, table);
    }
  }
  assert.equal(one(results, 'lazy', 'entries.start.neighbours', nodes), 0);
  assert.equal(one(results, 'lazy', 'entries.idle.neighbours', nodes), 0);
  assert.equal(one(results, 'lazy-subnet', 'entries.idle.routes', nodes), 1);
  assert.equal(one(results, 'eager', 'entries.idle.routes', nodes), nodes);
}

/** What the agent and its tables take is there, in sizes that can be. */
function assertUsage(results: Results, name: string, nodes: number): void {
  const [processor, memory] = ['cpu', 'memory'].map((what) =>
    one(results, name, `usage.start.${what}`, nodes),
  );
  assert.ok(processor !== undefined && processor > 10 && processor < 60_000, `${name}: ${processor} ms`);
  assert.ok(memory !== undefined && memory > 10 && memory < 1000, `${name}: ${memory} MiB`);
  for (const phase of ['burst', 'traffic']) {
    assert.ok(one(results, name, `usage.${phase}.memory`, nodes, 1) > 10, `${name} ${phase}`);
  }
  for (const phase of ['steady', 'changes', 'idle']) {
    assert.ok(one(results, name, `usage.${phase}.cpu`, nodes) >= 0, `${name} ${phase}`);
  }
  // Too few entries as root, and without root the statistics cannot be read.
  assert.deepEqual(valuesOf(results, name, 'entries.memory', nodes), []);
  assert.equal(results.leftOut.filter((sentence) => sentence.startsWith('Kernel memory')).length, 1);
}

function assertTraffic(results: Results, name: string, nodes: number): void {
  assert.equal(one(results, name, 'first.lost', nodes, 1), 0, name);
  assert.ok(one(results, name, 'first.middle', nodes, 1) > 0, name);
  // The pods of the fifteen nodes that are timed.
  assert.equal(valuesOf(results, name, 'first.latency', nodes, 1).length, 45, name);
  assert.equal(one(results, name, 'burst.answered', nodes, 1), 100, name);
  assert.ok(
    valuesOf(results, name, 'steady.rate', nodes).every((rate) => rate > 1000),
    name,
  );
  assert.ok(one(results, name, 'start.ready', nodes) > 50, name);
  for (const kind of ['join', 'move', 'leave']) {
    const times = valuesOf(results, name, `change.${kind}.1`, nodes);
    assert.equal(times.length, 8, `${name} ${kind}`);
    assert.ok(
      times.every((time) => time >= 0 && time < 2000) && Math.max(...times) > 0,
      `${name} ${kind} ${times} ms`,
    );
  }
  assert.deepEqual(valuesOf(results, name, 'change.missed', nodes), [0], name);
}

/** `--from` needs neither root nor programs, and shows what was shown. */
async function assertDrawnAgain(json: string, shown: string): Promise<void> {
  const html = `${json}.html`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [MAIN, 'compare', '--from', json, '--html', html],
    { env: { ...process.env, PATH: '/nowhere' } },
  );
  assert.equal(stdout, shown);
  const page = readFileSync(html, 'utf8');
  for (const { title } of FIGURES) {
    assert.ok(page.includes(title), title);
  }
}

/** So many that what grows with them cannot be taken for what every start needs. */
const NODES = 40;

describe('a comparison', { skip: labSkipReason() }, () => {
  it('finds what must be in each mode, and a program that programs like flannel equal to eager', async (test) => {
    const { status, err, out, json } = await start(test, {
      modes: ['lazy', 'lazy-subnet', 'eager'],
      peers: [peer('flannel')],
      nodes: [NODES],
      active: [0.5, 1],
    }).ended;
    assert.equal(status, 0, err);
    assert.match(out, /40 nodes/);
    assert.match(err, /40 nodes, round 1 of 1/);
    const results = await readResults(json);
    assert.equal(results.interrupted, false);
    assertEntries(results, NODES);
    for (const { name } of results.plan.contestants) {
      assertTraffic(results, name, NODES);
      assertUsage(results, name, NODES);
    }
    // In slices: everybody has sent to the smaller share before anybody sends to the larger one.
    const shares = results.samples.flatMap(({ series, active }) =>
      series === 'first.middle' ? [active ?? 0] : [],
    );
    assert.equal(shares.length, 2 * results.plan.contestants.length);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
    const requests = (contestant: string) => one(results, contestant, 'start.requests', NODES);
    for (const [contestant, perNode] of [
      ['eager', 3],
      ['flannel', 3],
      ['lazy', 1],
      ['lazy-subnet', 0],
    ] as const) {
      const more = requests(contestant) - perNode * NODES;
      assert.ok(more >= 0 && more < NODES / 2, `${contestant}: ${requests(contestant)} requests`);
    }
    await assertDrawnAgain(json, out);
    for (const seconds of [5, 60, 120]) {
      for (const [contestant, reached] of Object.entries({
        lazy: 0,
        'lazy-subnet': 0,
        eager: 100,
        flannel: 100,
      })) {
        assert.equal(one(results, contestant, `killed.known.${seconds}`, NODES), 100);
        assert.equal(one(results, contestant, `killed.new.${seconds}`, NODES), reached);
      }
    }
  });

  it('shows a program broken that leaves nodes out', async (test) => {
    const broken = { modes: [], peers: [peer('broken', '--broken')], nodes: [2], podsPerNode: 1 };
    const { status, err, out, json } = await start(test, broken, { patience: 10_000 }).ended;
    assert.equal(status, 0, err);
    const results = await readResults(json);
    assert.deepEqual(valuesOf(results, 'broken', 'start.ready', 2), []);
    assert.ok(results.leftOut.some((sentence) => /broken.*1 of 2 nodes did not answer/.test(sentence)));
    assert.deepEqual(valuesOf(results, 'broken', 'first.lost', 2, 1), [1]);
    assert.deepEqual(valuesOf(results, 'broken', 'burst.answered', 2, 1), [50]);
    assert.deepEqual(valuesOf(results, 'broken', 'change.missed', 2), [2], 'it joins and moves');
    assert.match(out, /^ *first packet, lost +100 % +1\b/m);
  });

  it('changes a hundred nodes at once where there are enough', async (test) => {
    const nodes = 200;
    const { status, err, json } = await start(test, { modes: ['lazy'], nodes: [nodes], active: [0.01] })
      .ended;
    assert.equal(status, 0, err);
    const results = await readResults(json);
    for (const kind of ['join', 'move', 'leave']) {
      const times = valuesOf(results, 'lazy', `change.${kind}.100`, nodes);
      assert.ok(times.length > 0 && times.every((time) => time > 0 && time < 10_000), `${kind} ${times} ms`);
      assert.ok(one(results, 'lazy', `change.${kind}.100.requests`, nodes) >= 100, kind);
    }
  });

  const refused: [why: string, command: string, says: RegExp][] = [
    ['ends at once', peer('', '--fails').command, /it ended: .*one line of mine \| and that is my last one/],
    ['ends later', peer('', '--stops').command, /it ended/],
    [
      'never becomes ready',
      peer('', '--silent').command,
      /it has written no subnet file after 3 s: .*waiting for better times/,
    ],
    ['is not there', '/nowhere/flanneld -x', /it ended: .*nowhere\/flanneld: not found/],
  ];
  for (const [why, command, says] of refused) {
    it(`is refused in one line when a program ${why}`, async (test) => {
      const other = { modes: [], peers: [{ name: 'other', command }] };
      const { status, err, out, json } = await start(test, other, { readyWithin: 3000 }).ended;
      const [last = ''] = err.trimEnd().split('\n').slice(-1);
      assert.match(last, /^failed: peer other: /);
      assert.match(last, says);
      assert.deepEqual([status, out, existsSync(json)], [1, '', false]);
    });
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`keeps what there is when ${signal} ends it`, async (test) => {
      const running = start(test, { modes: ['lazy'], rounds: 50 });
      await waitUntil('the second round', () => running.told().includes('round 2 of 50'), {
        timeout: 240_000,
      });
      running.kill(signal);
      const { signal: endedBy, out, err, json } = await running.ended;
      assert.equal(endedBy, signal, err);
      assert.match(out, /2 nodes/);
      const results = await readResults(json);
      assert.equal(results.interrupted, true);
      assert.equal(valuesOf(results, 'lazy', 'steady.rate', 2).length, 15, 'those of the first round');
    });
  }

  it('is refused in one line without etcd, and by one that does not start', async (test) => {
    const programs = mkdtempSync(join(tmpdir(), 'compare-programs-'));
    test.after(() => rmSync(programs, { recursive: true }));
    for (const program of ['sh', 'ip', 'bridge', 'nft', 'setpriv', 'taskset', 'unshare']) {
      symlinkSync((await runCommand('sh', ['-c', `command -v ${program}`])).trim(), join(programs, program));
    }
    const without = await start(test, {}, { environment: { PATH: programs } }).ended;
    assert.match(without.err, /^failed: etcd: not installed; allowed: .* install etcd-server\)\n$/);
    assert.deepEqual([without.status, without.out], [1, '']);
    writeFileSync(join(programs, 'etcd'), '#!/bin/sh\necho "its disk is broken" >&2\nexit 3\n');
    chmodSync(join(programs, 'etcd'), 0o755);
    const { PATH = '' } = process.env;
    const broken = await start(test, {}, { environment: { PATH: `${programs}:${PATH}` } }).ended;
    assert.match(broken.err, /failed: .*etcd.*its disk is broken.*\n$/);
    assert.deepEqual([broken.status, broken.out], [1, '']);
  });

  it('is refused in one line without a program that it needs, and by a kernel without VXLAN or namespaces', async (test) => {
    const programs = mkdtempSync(join(tmpdir(), 'compare-programs-'));
    test.after(() => rmSync(programs, { recursive: true }));
    const bare = await start(test, {}, { environment: { PATH: programs, HOME: programs } }).ended;
    assert.match(bare.err, /^failed: .*not installed.*\n$/);
    assert.equal(bare.status, 1);
    const real = (await runCommand('sh', ['-c', 'command -v ip'])).trim();
    const refusal = 'echo "Error: Unknown device type." >&2; exit 2';
    const script = `case "$*" in *-batch*) lines=$(cat); case "$lines" in *"type vxlan"*) ${refusal};; esac
      printf "%s\\n" "$lines" | exec ${real} "$@";; *) exec ${real} "$@";; esac`;
    writeFileSync(join(programs, 'ip'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(programs, 'ip'), 0o755);
    const { PATH = '' } = process.env;
    const without = await start(test, {}, { environment: { PATH: `${programs}:${PATH}` } }).ended;
    assert.match(without.err, /failed: kernel: it has no VXLAN devices; allowed: one with CONFIG_VXLAN.*\n$/);
    assert.equal(without.status, 1);
    const refused = await start(test, {}, { inside: WITHOUT_NAMESPACES }).ended;
    assert.match(
      refused.err,
      /^failed: network namespaces: refused by this kernel; allowed: root with .*\n$/,
    );
    assert.deepEqual([refused.status, refused.out], [1, '']);
  });
});
