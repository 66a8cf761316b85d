import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions, usage } from '../../scripts/bench/options.ts';

const NAMES = ['cost', 'burst'];
const parse = (...args: string[]) => parseOptions(args, NAMES);

test('five rounds, two of the short run, or what is asked for', () => {
  assert.equal(parse().rounds, 5);
  assert.equal(parse('--short').rounds, 2);
  assert.equal(parse('--short', '--rounds', '7').rounds, 7);
});

test('nothing chosen means everything', () => {
  assert.deepEqual(parse().only, []);
  assert.deepEqual(parse('--only', 'burst,cost').only, ['burst', 'cost']);
});

test('what is not allowed is named together with what is', () => {
  assert.throws(() => parse('--rounds', '0'), /--rounds: "0"; allowed: a whole number from 1 to 100/);
  assert.throws(() => parse('--rounds', '2.5'), /--rounds: "2.5"/);
  assert.throws(() => parse('--only', 'cost,speed'), /--only: "speed"; allowed: cost, burst/);
  assert.throws(() => parse('--fast'), /arguments: --fast; allowed: those that --help lists/);
});

test('the help fits a terminal and lists every experiment', () => {
  const text = usage(NAMES);
  assert.ok(text.split('\n').every((line) => line.length <= 80));
  assert.match(text, /cost, burst/);
});
