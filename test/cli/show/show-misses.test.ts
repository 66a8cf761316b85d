import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { readVersion } from '../../../src/agent/version.ts';
import type { MissesOptions } from '../../../src/cli/show/question-options.ts';
import { showMisses } from '../../../src/cli/show/show-misses.ts';
import { waitUntil } from '../../../src/lab/wait-until.ts';
import { missSchema } from '../../../src/status/miss.ts';
import { StatusFault } from '../../../src/status/status-fault.ts';
import { temporaryFolder } from '../../status/temporary-folder.ts';
import { RecordedDaemon } from '../recorded-daemon.ts';
import { CollectedDisplay } from './collected-display.ts';

function optionsFor(daemon: RecordedDaemon, more: Partial<MissesOptions> = {}): MissesOptions {
  return {
    controlSocket: daemon.path,
    json: true,
    logLevel: 'info',
    version: readVersion(),
    follow: false,
    query: {},
    ...more,
  };
}

const lineSchema = z.union([missSchema, z.object({ skipped: z.number() })]);

/** Of misses as JSON lines. */
function numbersIn(lines: readonly string[]): number[] {
  return lines.map((line) => {
    const told = lineSchema.parse(JSON.parse(line));
    assert.ok('number' in told, line);
    return told.number;
  });
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, place) => from + place);

describe('l3missd misses', () => {
  it('prints the journal, oldest first, as text and as one object per line', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    daemon.miss('10.5.7.2', '10.5.9.1');
    const text = new CollectedDisplay();
    assert.equal(await showMisses(optionsFor(daemon, { json: false }), text), 0);
    const [head, day, one, other, ...more] = text.lines;
    assert.match(head ?? '', /^time \(UTC\) +asked +outcome +address +host +took$/);
    assert.equal(day, new Date().toISOString().slice(0, 10));
    assert.match(
      one ?? '',
      /^\d\d:\d\d:\d\d\.\d{3} first +answered +10\.5\.7\.2\/24 +10\.99\.0\.7 +[\d.]+ [um]s$/,
    );
    assert.match(other ?? '', / no-lease +10\.5\.9\.1 +- +[\d.]+ [um]s$/);
    assert.deepEqual(more, []);
    const json = new CollectedDisplay();
    await showMisses(optionsFor(daemon), json);
    assert.deepEqual(numbersIn(json.lines), [0, 1]);
  });

  it('prints what the filter lets pass, and is content with nothing', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    daemon.miss('10.5.7.2', '10.5.9.1', '10.5.9.2');
    const some = new CollectedDisplay();
    await showMisses(optionsFor(daemon, { query: { outcome: 'no-lease' } }), some);
    assert.deepEqual(numbersIn(some.lines), [1, 2]);
    const none = new CollectedDisplay();
    const query = { outcome: 'refused' } as const;
    assert.equal(await showMisses(optionsFor(daemon, { query }), none), 0);
    assert.equal(await showMisses(optionsFor(daemon, { query, json: false }), none), 0);
    assert.deepEqual(none.lines, ['no such miss']);
  });

  it('follows without a gap and without a miss twice, while misses come all the time', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    let sent = 0;
    const send = () => {
      daemon.miss(`10.5.7.${sent % 256}`);
      // As if others followed too: what is told next begins behind this miss.
      daemon.observer.look();
      sent += 1;
    };
    range(0, 300).forEach(send);
    const sender = setInterval(send, 1);
    t.after(() => clearInterval(sender));
    const display = new CollectedDisplay();
    const ended = showMisses(optionsFor(daemon, { follow: true }), display);
    await waitUntil('live misses', () => display.lines.length > 600);
    clearInterval(sender);
    await waitUntil('the rest', () => display.lines.length >= sent);
    display.close();
    assert.equal(await ended, 0);
    assert.deepEqual(numbersIn(display.lines), range(0, sent));
  });

  it('follows only what comes when nothing older is wanted', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    daemon.miss('10.5.7.2', '10.5.7.3');
    const display = new CollectedDisplay();
    const options = optionsFor(daemon, { follow: true, json: false, query: { sinceSeconds: 0 } });
    const ended = showMisses(options, display);
    await waitUntil('the head', () => display.lines.length === 1);
    daemon.miss('10.5.8.1');
    await waitUntil('the new one', () => display.lines.length === 3);
    display.close();
    await ended;
    assert.match(display.lines[2] ?? '', / 10\.5\.8\.1\/24 /);
  });

  it('says what it leaves out in a flood', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    const displays = [new CollectedDisplay(), new CollectedDisplay()] as const;
    const ended = displays.map((display, place) =>
      showMisses(optionsFor(daemon, { follow: true, json: place === 0 }), display),
    );
    await waitUntil('the head', () => displays[1].lines.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    daemon.miss(...range(0, 1200).map((n) => `10.5.7.${n % 256}`));
    await waitUntil('the end', () => displays.every(({ lines }) => lines.length >= 1001));
    for (const display of displays) {
      display.close();
    }
    await Promise.all(ended);
    assert.equal(displays[0].lines.at(-1), '{"skipped":200}');
    assert.equal(displays[1].lines.at(-1), '(200 misses left out: they come faster than they are told)');
  });

  it('fails when the daemon ends while it is followed, and when there is none', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    const display = new CollectedDisplay();
    const ended = showMisses(optionsFor(daemon, { follow: true, json: false }), display);
    await waitUntil('the head', () => display.lines.length === 1);
    await daemon.stop();
    await assert.rejects(ended, StatusFault);
    const controlSocket = join(temporaryFolder(t), 'none.sock');
    for (const follow of [true, false]) {
      const options = optionsFor(daemon, { controlSocket, follow });
      await assert.rejects(showMisses(options, display), /no l3missd answers there/);
    }
  });
});
