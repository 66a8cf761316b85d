import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Report } from '../../../src/cli/show/daemon-client.ts';
import { statsText } from '../../../src/cli/show/stats-text.ts';
import { type Stats, statsSchema } from '../../../src/status/stats.ts';
import { earlyStats, sampleStats } from '../../status/sample-stats.ts';
import { assertGolden, assertWidth } from '../../support/golden.ts';
import { sampleReport } from './samples.ts';

const textOf = (stats: Stats, more: Partial<Report> = {}) => statsText({ ...sampleReport, ...more, stats });

describe('statistics as text', () => {
  it('is what test/golden/stats.txt holds (UPDATE_GOLDEN=1 writes it)', () => {
    const latency = { count: 0, p50: null, p90: null, p99: null, p999: null, buckets: [] };
    const early = textOf(earlyStats, { latency, history: { seconds: [], tenSeconds: [] } });
    assertGolden('stats.txt', `${textOf(sampleStats)}----\n${early}`);
  });

  it('fits into 80 columns with the largest numbers, and into a window of 40 rows', () => {
    const text = textOf(largest(sampleStats));
    assertWidth(text, 80);
    assert.ok(text.includes('9,007,199,254,740,991'));
    assert.ok(textOf(sampleStats).split('\n').length < 40);
  });

  for (const [seconds, expected] of [
    [0, '0 s'],
    [59.9, '59 s'],
    [60, '1 min 0 s'],
    [7199, '1 h 59 min'],
    [93_784, '1 d 2 h'],
  ] as const) {
    it(`shows ${seconds} s as ${expected}`, () => {
      assert.match(textOf({ ...sampleStats, uptimeSeconds: seconds }), new RegExp(`up ${expected}, `));
    });
  }

  it('shows rates of the last whole second and of the minute, and not of the second that is not over', () => {
    const quiet = sampleReport.history.seconds.map((interval) => ({ ...interval, answered: 0 }));
    const [first, ...rest] = quiet.slice(0, -2);
    const [before, last] = quiet.slice(-2);
    assert.ok(first && before && last);
    const seconds = [first, ...rest, { ...before, answered: 118 }, { ...last, answered: 7777 }];
    const text = textOf(sampleStats, { history: { seconds, tenSeconds: [] } });
    assert.match(text, /^ {2}answered +15,203 +118 +2\.0$/m);
  });

  it('shows the breakdowns with the largest count first', () => {
    const relists = { disconnected: 1, periodic: 0, compacted: 3 };
    const mirror = { ...sampleStats.mirror, relists };
    assert.match(textOf({ ...sampleStats, mirror }), /listed again +compacted 3, disconnected 1\n/);
  });

  it('lets no foreign text move the cursor', () => {
    const device = { ...(sampleStats.device as NonNullable<Stats['device']>), name: 'a\u001b[2Jb' };
    assert.match(textOf({ ...sampleStats, device }), /a\?\[2Jb/);
  });
});

describe('the schema of the statistics', () => {
  it('takes the samples', () => {
    assert.deepEqual(statsSchema.parse(sampleStats), sampleStats);
    assert.deepEqual(statsSchema.parse(earlyStats), earlyStats);
  });

  it('refuses negative and broken counts, and a time that is none', () => {
    const bad: unknown[] = [
      { ...sampleStats, forwarding: { ...sampleStats.forwarding, entries: -1 } },
      { ...sampleStats, forwarding: { ...sampleStats.forwarding, entries: 1.5 } },
      { ...sampleStats, startedAt: 'yesterday' },
      { ...sampleStats, pid: 0 },
      {},
    ];
    for (const value of bad) {
      assert.equal(statsSchema.safeParse(value).success, false);
    }
  });
});

/** The same with every count as large as it can be; what the kernel bounds (the process's and the device's numbers) stays. */
function largest(stats: Stats): Stats {
  const text = JSON.stringify(stats, (key, value: unknown) =>
    typeof value === 'number' && key !== 'uptimeSeconds' ? Number.MAX_SAFE_INTEGER : value,
  );
  return { ...statsSchema.parse(JSON.parse(text)), pid: stats.pid, device: stats.device };
}
