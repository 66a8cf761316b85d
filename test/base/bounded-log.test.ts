import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedLog } from '../../src/base/bounded-log.ts';
import { recordingLog } from '../support/lease-samples.ts';
import { ManualClock } from '../support/manual-clock.ts';

test('of one message ten lines come at once, then one a second, which counts what was left out', async () => {
  const clock = new ManualClock();
  const written = recordingLog();
  const log = boundedLog(written, clock);
  for (let n = 0; n < 25; n++) {
    log.warn({ n }, 'again');
  }
  assert.equal(written.lines.length, 10);
  assert.equal(written.lines.at(-1), 'warn again {"n":9}');
  await clock.advance(999);
  log.warn({ n: 25 }, 'again');
  assert.equal(written.lines.length, 10);
  await clock.advance(1);
  log.warn({ n: 26 }, 'again');
  log.warn({ n: 27 }, 'again');
  assert.deepEqual(written.lines.slice(10), ['warn again {"n":26,"leftOut":16}']);
});

test('messages have a budget each, which fills up again but not beyond ten', async () => {
  const clock = new ManualClock();
  const written = recordingLog();
  const log = boundedLog(written, clock);
  const writeMany = (message: string) => {
    for (let n = 0; n < 12; n++) {
      log.info({}, message);
    }
  };
  writeMany('one');
  writeMany('other');
  assert.equal(written.lines.length, 20);
  await clock.advance(3_600_000);
  writeMany('one');
  assert.equal(written.lines.length, 30);
});

test('each level keeps its own', () => {
  const written = recordingLog();
  const log = boundedLog(written, new ManualClock());
  log.debug({}, 'a');
  log.info({}, 'b');
  log.warn({}, 'c');
  log.error({}, 'd');
  assert.deepEqual(written.lines, ['debug a {}', 'info b {}', 'warn c {}', 'error d {}']);
});
