import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Size } from '../../../src/cli/show/display.ts';
import { frame, plainFrame } from '../../../src/cli/top/frame.ts';
import type { TopState } from '../../../src/cli/top/top-state.ts';
import { earlyStats } from '../../status/sample-stats.ts';
import { assertGolden, assertWidth } from '../../support/golden.ts';
import { lookAfter, sampleState } from './top-samples.ts';

/** Every line at its full width, so that nothing is hidden in a golden text. */
function picture(state: TopState, size: Size, isUnicode = true): string {
  const lines = frame(state, size, isUnicode);
  assert.equal(lines.length, size.rows);
  assert.ok(lines.every(({ text }) => text.length <= size.columns));
  return lines.map(({ text }) => `|${text.padEnd(size.columns)}|\n`).join('');
}

const early: TopState = {
  ...sampleState(),
  looks: [
    {
      ...lookAfter(0),
      stats: earlyStats,
      history: { seconds: [], tenSeconds: [] },
      latency: { count: 0, p50: null, p90: null, p99: null, p999: null, buckets: [] },
      top: { destinations: [], destinationError: 0, subnets: [], subnetCount: 0, otherSubnets: 0 },
    },
  ],
};

describe('a picture of top', () => {
  for (const [columns, rows] of [
    [80, 24],
    [120, 40],
    [40, 10],
  ] as const) {
    it(`is what test/golden/top-${columns}x${rows}.txt holds`, () => {
      const size = { columns, rows };
      const pictures = [
        picture(sampleState(), size),
        picture(sampleState({ isHelping: true, isPaused: true }), size),
        picture(
          sampleState({
            away: 'no l3missd answers there (/run/l3missd/control.sock)',
            filter: '10.5.9.',
            isWriting: true,
            table: 'destinations',
            sortBy: 'rate',
          }),
          size,
        ),
        picture(early, size),
      ];
      assertGolden(`top-${columns}x${rows}.txt`, pictures.join('\n'));
    });
  }

  it('fits into windows of any size, and shows at least who is asked', () => {
    for (const columns of [1, 2, 19, 20, 39, 59, 60, 75, 76, 79, 200]) {
      for (const rows of [1, 2, 3, 5, 8, 19, 20, 60]) {
        picture(sampleState(), { columns, rows });
        picture(sampleState({ isHelping: true, away: 'x'.repeat(300) }), { columns, rows });
        picture(early, { columns, rows });
      }
    }
  });

  it('is ASCII where the terminal shows no more', () => {
    assert.match(picture(sampleState(), { columns: 80, rows: 24 }, false), /^[ -~\n]*$/);
    assert.match(picture(sampleState(), { columns: 80, rows: 24 }), /[\u2581-\u2588]{20}/);
  });

  it('moves the table that the keys are for, and leaves the other alone', () => {
    const size = { columns: 80, rows: 24 };
    const text = picture(sampleState({ table: 'destinations', scroll: 2 }), size);
    assert.doesNotMatch(text, / 10\.5\.7\.2 /);
    assert.match(text, /\| 10\.5\.8\.0\/24 +9,120 +0 {2} 10\.5\.9\.4 /);
  });

  it('has an alarm for a daemon that is away, or not ready', () => {
    const looks = (state: TopState) =>
      frame(state, { columns: 80, rows: 24 }, true)
        .filter(({ look }) => look === 'alarm')
        .map(({ text }) => text);
    assert.deepEqual(looks(sampleState()), []);
    assert.deepEqual(looks(sampleState({ away: 'nobody' })), ['AWAY nobody']);
    assert.match(
      looks(early).join(),
      /^NOT READY the device or its route is not up, the leases are not listed/,
    );
  });
});

describe('top where there is no terminal', () => {
  it('is text of 80 columns without control characters (test/golden/top-plain.txt)', () => {
    const text = plainFrame(lookAfter(0));
    assertWidth(text, 80);
    assert.match(text, /^[ -~\n]*$/);
    assertGolden('top-plain.txt', text);
  });
});
