import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createLog } from '../../src/agent/log.ts';
import type { LogFormat, LogLevel } from '../../src/agent/run-options.ts';
import type { Log } from '../../src/base/log.ts';
import { StatusFault } from '../../src/status/status-fault.ts';
import { temporaryFolder } from '../status/temporary-folder.ts';

/** What a log writes while `use` runs. */
function written(t: TestContext, format: LogFormat, level: LogLevel, use: (log: Log) => void): string {
  const file = join(temporaryFolder(t), 'log');
  const fd = openSync(file, 'w');
  t.after(() => closeSync(fd));
  use(createLog({ level, format, fd }));
  return readFileSync(file, 'utf8');
}

const cause = Object.assign(new Error('connect ECONNREFUSED\n10.0.0.1:2379'), { code: 'ECONNREFUSED' });
const fault = new StatusFault('etcd', 'unreachable', 'a running server', cause);

describe('log as JSON', () => {
  it('writes level, time, fields and sentence, and nothing else', (t) => {
    const entry = JSON.parse(written(t, 'json', 'info', (log) => log.info({ revision: '7' }, 'listed')));
    assert.deepEqual(Object.keys(entry), ['level', 'time', 'revision', 'msg']);
    assert.deepEqual([entry.level, entry.revision, entry.msg], ['info', '7', 'listed']);
    assert.equal(new Date(entry.time).toISOString(), entry.time);
  });

  it('has each entry on one line, whatever it quotes', (t) => {
    const text = written(t, 'json', 'info', (log) => {
      log.warn({ key: 'a\nb', err: fault }, 'one\r\ntwo');
      log.error({}, 'three');
    });
    assert.equal(text.match(/\n/g)?.length, 2);
  });

  it('leaves out what is less severe', (t) => {
    const text = written(t, 'json', 'warn', (log) => {
      log.debug({}, 'no');
      log.info({}, 'no');
      log.warn({}, 'yes');
    });
    assert.doesNotMatch(text, /no/);
    assert.match(text, /yes/);
  });

  it('shows an error with its causes, and stacks at debug alone', (t) => {
    const plain = JSON.parse(written(t, 'json', 'info', (log) => log.error({ err: fault }, 'x')));
    assert.deepEqual(plain.err, {
      type: 'StatusFault',
      message: 'etcd: unreachable; allowed: a running server',
      cause: { type: 'Error', message: cause.message, code: 'ECONNREFUSED' },
    });
    const full = JSON.parse(written(t, 'json', 'debug', (log) => log.error({ err: fault }, 'x')));
    assert.match(full.err.stack, /^StatusFault: .*\n +at /);
    assert.match(full.err.cause.stack, /\n +at /);
  });

  it('takes what is thrown and is no error', (t) => {
    assert.equal(JSON.parse(written(t, 'json', 'info', (log) => log.error({ err: 'odd' }, 'x'))).err, 'odd');
  });
});

describe('log as text', () => {
  it('has one plain line per entry, whatever it quotes', (t) => {
    const text = written(t, 'text', 'debug', (log) => {
      log.info({ revision: '7', key: 'a\nb\u001b[31m' }, 'listed\n\u001b[31mred');
      log.error({ err: fault }, 'no list');
    });
    const time = String.raw`\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\]`;
    const first = String.raw`INFO: listed \[31mred \{"revision":"7","key":"a\\nb\\u001b\[31m"\}`;
    const second = String.raw`ERROR: no list: etcd: unreachable; allowed: a running server \(connect ECONNREFUSED 10\.0\.0\.1:2379\)`;
    assert.match(text, new RegExp(`^${time} ${first}\n${time} ${second}\n$`));
  });
});

describe('secrets in the log', () => {
  for (const format of ['json', 'text'] as const) {
    it(`are not written as ${format}`, (t) => {
      const text = written(t, format, 'debug', (log) => {
        log.info({ endpoints: ['http://root:hunter2@10.0.0.1:2379'], password: 'hunter2' }, 'start');
        log.info({ etcd: { password: 'hunter2' } }, 'at https://root:hunter2@h/');
        log.info({ err: new Error('x', { cause: new Error('http://root:hunter2@h') }) }, 'failed');
      });
      assert.doesNotMatch(text, /hunter2/);
      assert.match(text, /http:\/\/\[redacted\]@10\.0\.0\.1:2379/);
    });
  }

  it('are all that is taken out', (t) => {
    const line = written(t, 'json', 'info', (log) => log.info({ url: 'http://10.0.0.1:2379/a@b' }, 'to a@b'));
    assert.match(line, /"http:\/\/10\.0\.0\.1:2379\/a@b"/);
    assert.match(line, /"to a@b"/);
  });
});

describe('the end of the process', () => {
  const script = (format: LogFormat) => `
    import { createLog } from ${JSON.stringify(new URL('../../src/agent/log.js', import.meta.url).href)};
    const log = createLog({ level: 'info', format: '${format}' });
    for (let i = 0; i < 5000; i++) log.info({ i }, 'entry');
    process.exit(3);`;

  for (const format of ['json', 'text'] as const) {
    it(`loses no entry as ${format}, on stderr alone`, () => {
      const child = spawnSync(process.execPath, ['--input-type=module', '-e', script(format)], {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      assert.deepEqual([child.status, child.stdout], [3, '']);
      const lines = child.stderr.trimEnd().split('\n');
      assert.equal(lines.length, 5000);
      assert.match(lines.at(-1) ?? '', /"i":4999/);
    });
  }

  it('is not caused by a reader of stderr that went away', () => {
    const command = 'set -o pipefail; "$0" --input-type=module -e "$1" 2>&1 >/dev/null | head -1';
    const child = spawnSync('bash', ['-c', command, process.execPath, script('json')], { encoding: 'utf8' });
    assert.equal(child.status, 3);
  });
});
