import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Stats, statsSchema } from '../../src/status/stats.ts';
import { statsText } from '../../src/status/stats-text.ts';
import { earlyStats, sampleStats } from './sample-stats.ts';

const golden = join(process.cwd(), 'test/golden/stats.txt');
const updating = Object.hasOwn(process.env, 'UPDATE_GOLDEN');

describe('statistics as text', () => {
  it('is what test/golden/stats.txt holds (UPDATE_GOLDEN=1 writes it)', () => {
    const text = `${statsText(sampleStats)}----\n${statsText(earlyStats)}`;
    if (updating) {
      writeFileSync(golden, text);
    }
    assert.equal(text, readFileSync(golden, 'utf8'));
  });

  it('fits into 80 columns with the largest numbers', () => {
    const text = statsText(largest(sampleStats));
    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 80),
      [],
    );
    assert.ok(text.includes(String(Number.MAX_SAFE_INTEGER)));
  });

  for (const [seconds, expected] of [
    [0, '0 s'],
    [59.9, '59 s'],
    [60, '1 min 0 s'],
    [7199, '1 h 59 min'],
    [93_784, '1 d 2 h'],
  ] as const) {
    it(`shows ${seconds} s as ${expected}`, () => {
      assert.match(statsText({ ...sampleStats, uptimeSeconds: seconds }), new RegExp(`up ${expected}\n`));
    });
  }

  it('shows the breakdowns with the largest count first', () => {
    assert.match(statsText(sampleStats), /listed again\n +compacted +3 +disconnected +1\n/);
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

/** The same with every count as large as it can be; what the kernel bounds (the device's numbers) stays. */
function largest(stats: Stats): Stats {
  const text = JSON.stringify(stats, (key, value: unknown) =>
    typeof value === 'number' && key !== 'uptimeSeconds' ? Number.MAX_SAFE_INTEGER : value,
  );
  return { ...statsSchema.parse(JSON.parse(text)), device: stats.device };
}
