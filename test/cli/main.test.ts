import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { json } from '../../src/status/answers.ts';
import { sampleStats } from '../status/sample-stats.ts';
import { temporaryFolder } from '../status/temporary-folder.ts';
import { RecordedDaemon } from './recorded-daemon.ts';
import { sampleFindings, sampleLeases, sampleLookup } from './show/samples.ts';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

interface Result {
  readonly code: number | string | null | undefined;
  readonly out: string;
  readonly err: string;
}

function run(command: string, args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 30_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    );
  });
}

const l3missd = (...args: string[]) => run(process.execPath, [main, ...args]);

describe('l3missd as a process', () => {
  it('shows the statistics of a daemon, as text and as JSON', async (t) => {
    const { path } = await RecordedDaemon.start(t);
    const { code, out, err } = await l3missd('stats', '--control-socket', path);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^l3missd 0\.1\.0 is ready: pid 4711, up 3 h 12 min, programming lazy-subnet\n/);
    const json = await l3missd('stats', '-json', '-control-socket', path);
    assert.deepEqual(JSON.parse(json.out), sampleStats);
  });

  it('shows misses, leases, an address, the doctor and top, as text and as JSON', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    daemon.miss('10.5.7.2', '10.5.9.1');
    const told = async (...args: string[]) => {
      const { code, out, err } = await l3missd(...args, '--control-socket', daemon.path);
      assert.equal(err, '');
      return { code, out, lines: out.trimEnd().split('\n') };
    };
    assert.equal((await told('misses', '--outcome', 'no-lease')).lines.length, 3);
    assert.equal((await told('misses', '--json')).lines.length, 2);
    assert.equal((await told('leases')).lines.length, 1 + sampleLeases.length);
    assert.deepEqual(JSON.parse((await told('leases', '--json')).out), sampleLeases);
    assert.match((await told('lookup', '10.5.7.2')).out, /^10\.5\.7\.2 +in another host's subnet\n/);
    assert.deepEqual(JSON.parse((await told('lookup', '10.5.7.2', '--json')).out), sampleLookup);
    const doctor = await told('doctor');
    assert.equal(doctor.code, 1, 'one finding is bad');
    assert.match(doctor.out, /\n1 bad, 1 doubtful, 1 unknown, 1 good\n$/);
    assert.deepEqual(JSON.parse((await told('doctor', '--json')).out), sampleFindings);
    const top = await told('top');
    assert.ok(top.lines.every((line) => line.length <= 80 && !line.includes('\u001b')));
    assert.match(top.out, / 10\.5\.7\.0\/24 +1 /);
    const { stats, top: most } = JSON.parse((await told('top', '--json')).out);
    assert.deepEqual([stats, most.subnets], [sampleStats, [{ subnet: '10.5.7.0/24', misses: 1 }]]);
  });

  it('exits with 0 when nothing is bad, and when there is nothing to list', async (t) => {
    const routes = { '/v1/doctor': () => json(sampleFindings.slice(0, 1)), '/v1/leases': () => json([]) };
    const { path } = await RecordedDaemon.start(t, { routes });
    for (const [command, text] of [
      ['doctor', '\n0 bad, 0 doubtful, 0 unknown, 1 good\n'],
      ['leases', 'no lease of another host\n'],
      ['misses', 'no such miss\n'],
    ] as const) {
      const { code, out, err } = await l3missd(command, '--control-socket', path);
      assert.deepEqual([code, err], [0, ''], command);
      assert.ok(out.endsWith(text), out);
    }
  });

  for (const args of [
    ['stats'],
    ['misses'],
    ['misses', '--follow'],
    ['top'],
    ['lookup', '10.5.7.2'],
    ['leases'],
    ['doctor'],
  ]) {
    it(`exits with 1 and one line when no daemon answers, or one of another version: ${args.join(' ')}`, async (t) => {
      const path = join(temporaryFolder(t), 'none.sock');
      const none = await l3missd(...args, '--control-socket', path);
      assert.deepEqual([none.code, none.out], [1, '']);
      assert.match(
        none.err,
        /^l3missd: [^\n]*none\.sock: no l3missd answers there; allowed: [^\n]*systemctl start l3missd[^\n]* --control-socket\n$/,
      );
      const nothing = () => json({ of: 'another shape' });
      const names = ['stats', 'misses', 'misses/follow', 'top', 'lookup', 'leases', 'doctor'];
      const routes = Object.fromEntries(names.map((name) => [`/v1/${name}`, nothing]));
      const other = await RecordedDaemon.start(t, { version: '0.0.9', routes });
      const { code, out, err } = await l3missd(...args, '--control-socket', other.path);
      assert.deepEqual([code, out], [1, '']);
      assert.match(
        err,
        /^l3missd: [^\n]*: l3missd 0\.0\.9 answers there, and this is \d[^\n]*: restart the daemon[^\n]+\n$/,
      );
    });
  }

  it('exits with 2 and one line after bad usage', async () => {
    const { code, out, err } = await l3missd('-healthz-port', 'x');
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /^l3missd: --healthz-port: "x"; allowed: [^\n]+\n$/);
  });

  it('prints help on stdout and the version on stderr', async () => {
    const help = await l3missd('--help');
    assert.deepEqual([help.code, help.err], [0, '']);
    assert.match(help.out, /^Usage: l3missd /);
    const version = await l3missd('-version');
    assert.deepEqual([version.code, version.out], [0, '']);
    assert.match(version.err, /^l3missd \d+\.\d+\.\d+\n$/);
  });

  it('takes it calmly when its reader goes away', async (t) => {
    const { path } = await RecordedDaemon.start(t);
    // The reader is gone before the first byte: `true` closes the pipe while stats still waits for the daemon.
    const script = 'set -o pipefail; "$0" "$1" stats --json --control-socket "$2" | true';
    const { code, err } = await run('bash', ['-c', script, process.execPath, main, path]);
    assert.deepEqual([code, err], [0, '']);
  });

  it('exits with 1 and one line when stdout cannot be written', async (t) => {
    const { path } = await RecordedDaemon.start(t);
    for (const args of ['stats', 'misses --follow', 'stats --watch --json', 'leases', '--help']) {
      const script = `"$0" "$1" ${args} $2 > /dev/full`;
      const socket = args === '--help' ? '' : `--control-socket=${path}`;
      const { code, err } = await run('bash', ['-c', script, process.execPath, main, socket]);
      assert.equal(code, 1, args);
      assert.match(err, /^l3missd: stdout: ENOSPC: no space left on device, write; allowed: [^\n]+\n$/, args);
    }
  });

  it('ends quietly when the reader of a live view goes away, and at Ctrl-C', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    daemon.miss('10.5.7.2');
    const sender = setInterval(() => daemon.miss('10.5.7.3'), 20);
    t.after(() => clearInterval(sender));
    for (const args of ['misses --follow --json', 'stats --watch --json']) {
      const script = `set -o pipefail; "$0" "$1" ${args} --control-socket "$2" | head -n 2`;
      const { code, out, err } = await run('bash', ['-c', script, process.execPath, main, daemon.path]);
      assert.deepEqual([code, err, out.trimEnd().split('\n').length], [0, '', 2], args);
      const interrupted = spawn(process.execPath, [
        main,
        ...args.split(' '),
        '--control-socket',
        daemon.path,
      ]);
      let told = '';
      interrupted.stderr.on('data', (chunk) => {
        told += String(chunk);
      });
      interrupted.stdout.once('data', () => interrupted.kill('SIGINT')).on('data', () => undefined);
      assert.deepEqual([await once(interrupted, 'close'), told], [[0, null], ''], args);
    }
  });
});
