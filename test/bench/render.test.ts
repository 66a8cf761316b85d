import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIGURES, type FigureName, type Finding } from '../../scripts/bench/marks.ts';
import { renderFailure, renderFindings } from '../../scripts/bench/render.ts';

const NAMES = Object.keys(FIGURES).filter((name): name is FigureName => name in FIGURES);

function lineWith(text: string, findings: readonly Finding[]): string {
  return (
    renderFindings(findings)
      .split('\n')
      .find((line) => line.includes(text)) ?? ''
  );
}

test('a ratio, a difference and a value are told apart', () => {
  const findings: Finding[] = [
    { name: 'rate', measured: 41_250.4, yardstick: 50_000 },
    { name: 'memory', measured: 130.25, yardstick: 80 },
    { name: 'idle', measured: 0.1 },
  ];
  assert.match(
    lineWith('20,000', findings),
    /41,250 \/s .*C, one message.* 50,000 \/s .* 0\.83x .*>= 0\.9x.*missed/,
  );
  assert.match(lineWith('memory', findings), /130 MiB .* 80 MiB .*\+50\.3 .*<= 64 .*reached/);
  assert.match(lineWith('idle', findings), /0\.10 % .*<= 0\.2 .*reached/);
});

test('what was left out says why, once', () => {
  const reason = 'only root can';
  const text = renderFindings([
    { name: 'rate', leftOut: reason },
    { name: 'lost', leftOut: reason },
  ]);
  assert.match(text, /left out/);
  assert.equal(text.split(reason).length, 2);
});

test('what could not be measured says what went wrong, beside what was measured', () => {
  const text = renderFindings([
    { name: 'memory', failed: 'neighbours: 9998 after 3 bursts; allowed: 10000' },
    { name: 'idle', measured: 0.1 },
  ]);
  assert.match(text, /memory.* failed/);
  assert.match(text, /0\.10 % .*reached/);
  assert.match(text, /Failed: neighbours: 9998 after 3 bursts; allowed: 10000\./);
});

test('what a run has failed for is told in one line, with the mark', () => {
  assert.equal(
    renderFailure({ name: 'rate', measured: 40, yardstick: 100 }),
    '20,000 at once: 0.40x; mark: >= 0.9x',
  );
  assert.equal(renderFailure({ name: 'lost', measured: 3 }), '20,000 at once, not answered: 3; mark: <= 0');
  assert.equal(renderFailure({ name: 'idle', failed: 'no daemon' }), 'idle processor time: no daemon');
});

test('every verdict has room', () => {
  const text = renderFindings([
    { name: 'idle', measured: 0.5, disturbed: true },
    { name: 'idle', measured: 0.5 },
    { name: 'rate', leftOut: 'no root' },
  ]);
  assert.match(text, /disturbed/);
  assert.match(text, /missed/);
  assert.ok(!text.includes('…'), text);
});

test('every figure, however large, fits into 100 columns with its mark whole', () => {
  const findings = NAMES.map((name): Finding => ({ name, measured: 9876.5, yardstick: 1.5 }));
  const text = renderFindings(findings);
  assert.ok(text.split('\n').every((line) => line.length <= 100));
  assert.doesNotMatch(text, /…/, 'nothing is cut off');
  for (const mark of ['<= 1.25x', '<= 1000', '>= 0.9x']) {
    assert.ok(text.includes(mark), mark);
  }
});
