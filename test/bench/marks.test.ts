import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  FIGURES,
  type Finding,
  failuresOf,
  type Severity,
  type Verdict,
  verdictOf,
} from '../../scripts/bench/marks.ts';

const CASES: readonly (readonly [Finding, Verdict])[] = [
  [{ name: 'costMedian', measured: 62.5, yardstick: 50 }, 'reached'],
  [{ name: 'costMedian', measured: 62.6, yardstick: 50 }, 'missed'],
  [{ name: 'costMedian', measured: 125, yardstick: 50 }, 'missed'],
  [{ name: 'costMedian', measured: 125.1, yardstick: 50 }, 'missed by two'],
  [{ name: 'rate', measured: 90, yardstick: 100 }, 'reached'],
  [{ name: 'rate', measured: 89, yardstick: 100 }, 'missed'],
  [{ name: 'rate', measured: 45, yardstick: 100 }, 'missed'],
  [{ name: 'rate', measured: 44.9, yardstick: 100 }, 'missed by two'],
  [{ name: 'rateBatched', measured: 1, yardstick: 100 }, 'shown'],
  [{ name: 'lost', measured: 0 }, 'reached'],
  [{ name: 'lost', measured: 1 }, 'missed by two'],
  [{ name: 'lost', measured: 1, disturbed: false }, 'missed by two'],
  [{ name: 'lostOfMany', measured: 1, disturbed: true }, 'disturbed'],
  [{ name: 'rate', measured: 44.9, yardstick: 100, disturbed: true }, 'disturbed'],
  [{ name: 'rate', measured: 45, yardstick: 100, disturbed: true }, 'missed'],
  [{ name: 'rate', measured: 90, yardstick: 100, disturbed: true }, 'reached'],
  [{ name: 'memory', measured: 164, yardstick: 100 }, 'reached'],
  [{ name: 'memory', measured: 165, yardstick: 100 }, 'missed'],
  [{ name: 'memory', measured: 229, yardstick: 100 }, 'missed by two'],
  [{ name: 'idle', measured: 0.3 }, 'missed'],
  [{ name: 'forwarding', measured: 5, yardstick: 0 }, 'missed by two'],
  [{ name: 'forwarding', measured: Number.NaN, yardstick: 1 }, 'missed by two'],
  [{ name: 'rate', leftOut: 'no root' }, 'left out'],
  [{ name: 'rate', failed: 'burst: 3 lost' }, 'failed'],
];

for (const [finding, verdict] of CASES) {
  test(`${JSON.stringify(finding)} is ${verdict}`, () => assert.equal(verdictOf(finding), verdict));
}

test('the marks are those that the project set itself', () => {
  const marks = Object.entries(FIGURES).flatMap(([name, figure]) =>
    'mark' in figure ? [[name, JSON.stringify(figure.mark)].join(' ')] : [],
  );
  assert.deepEqual(marks, [
    'costMedian {"atMost":1.25}',
    'costTail {"atMost":2}',
    'rate {"atLeast":0.9}',
    'lost {"atMost":0}',
    'longest {"atMost":1000}',
    'recorded {"atLeast":0.95}',
    'lostOfMany {"atMost":0}',
    'longestOfMany {"atMost":1000}',
    'changesTail {"atMost":2}',
    'changesLost {"atMost":0}',
    'forwarding {"atMost":2}',
    'memory {"atMost":64}',
    'idle {"atMost":0.2}',
  ]);
});

for (const document of ['README.md', 'docs/performance.md']) {
  test(`${document} has a row for each figure that has a mark`, () => {
    const rows = readFileSync(document, 'utf8')
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter(([, , , , compared = '']) => /^[+\d]/.test(compared));
    for (const { title, mark } of Object.values(FIGURES).filter((figure) => 'mark' in figure)) {
      const [bound] = Object.values(mark);
      const said = new RegExp(`^at (most|least) ${bound}`);
      const found = rows.some(
        ([, name, , , , cell = '']) => name === title && said.test(cell.replaceAll(',', '')),
      );
      assert.ok(found, `${title}: ${bound}`);
    }
  });
}

function fails(findings: readonly Finding[], how: Severity): boolean {
  return failuresOf(findings, how).length > 0;
}

test('a short run fails when a mark is missed by a factor of two, a strict one when it is missed', () => {
  const idle = (measured: number): Finding[] => [{ name: 'idle', measured }];
  const [plain, short, strict] = [
    { short: false, strict: false },
    { short: true, strict: false },
    { short: false, strict: true },
  ];
  assert.deepEqual(
    [0.2, 0.3, 0.5].map((percent) => [plain, short, strict].map((how) => fails(idle(percent), how))),
    [
      [false, false, false],
      [false, false, true],
      [false, true, true],
    ],
  );
  assert.equal(fails([{ name: 'idle', leftOut: 'no time' }], short), false);
  assert.equal(fails([{ name: 'idle', failed: 'no daemon' }], plain), true);
  const disturbed: Finding = { name: 'idle', measured: 0.5, disturbed: true };
  assert.deepEqual(
    [short, strict].map((how) => fails([disturbed], how)),
    [false, true],
  );
});
