import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../../src/base/log.ts';
import { json } from '../../src/status/answers.ts';
import { startControlServer } from '../../src/status/control-server.ts';
import { STATS_PATH } from '../../src/status/paths.ts';
import { statsText } from '../../src/status/stats-text.ts';
import { sampleStats } from '../status/sample-stats.ts';
import { temporaryFolder } from '../status/temporary-folder.ts';

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

async function serve(t: TestContext): Promise<string> {
  const path = join(temporaryFolder(t), 'control.sock');
  const routes = { [STATS_PATH]: () => json(sampleStats) };
  const server = await startControlServer({ path, routes, version: sampleStats.version, log: silentLog });
  t.after(() => server.close());
  return path;
}

describe('l3missd as a process', () => {
  it('shows the statistics of a daemon, as text and as JSON', async (t) => {
    const path = await serve(t);
    assert.deepEqual(await l3missd('stats', '--control-socket', path), {
      code: 0,
      out: statsText(sampleStats),
      err: '',
    });
    const json = await l3missd('stats', '-json', '-control-socket', path);
    assert.deepEqual(JSON.parse(json.out), sampleStats);
  });

  it('exits with 1 and one line when no daemon answers', async (t) => {
    const path = join(temporaryFolder(t), 'none.sock');
    const { code, out, err } = await l3missd('stats', '--control-socket', path);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /^l3missd: [^\n]*none\.sock: no l3missd answers there; allowed: [^\n]+\n$/);
  });

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
    const path = await serve(t);
    // The reader is gone before the first byte: `true` closes the pipe while stats still waits for the daemon.
    const script = 'set -o pipefail; "$0" "$1" stats --json --control-socket "$2" | true';
    const { code, err } = await run('bash', ['-c', script, process.execPath, main, path]);
    assert.deepEqual([code, err], [0, '']);
  });
});
