import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookupText } from '../../../src/cli/show/lookup-text.ts';
import { MissLines } from '../../../src/cli/show/miss-lines.ts';
import { doctorText } from '../../../src/cli/show/show-doctor.ts';
import { leasesText } from '../../../src/cli/show/show-leases.ts';
import { lookupSchema } from '../../../src/status/lookup.ts';
import { missSchema } from '../../../src/status/miss.ts';
import { assertGolden, assertWidth } from '../../support/golden.ts';
import {
  SAMPLED_AT,
  sampleFindings,
  sampleLeases,
  sampleLookup,
  sampleMisses,
  strangerLookup,
} from './samples.ts';

function missesText(columns: number): string {
  const lines = new MissLines(columns);
  return `${[lines.head, ...sampleMisses.flatMap((miss) => lines.linesOf(miss))].join('\n')}\n`;
}

test('misses stand in 80 columns, and in 120 with lease and MAC (test/golden/misses.txt)', () => {
  assert.deepEqual(
    sampleMisses.map((miss) => missSchema.parse(miss)),
    sampleMisses,
  );
  assertWidth(missesText(80), 80);
  assertWidth(missesText(120), 120);
  assert.equal(missesText(119), missesText(80));
  assertGolden('misses.txt', `${missesText(80)}----\n${missesText(120)}`);
});

test('a lookup tells everything that is known, problems last (test/golden/lookup.txt)', () => {
  assert.deepEqual(lookupSchema.parse(sampleLookup), sampleLookup);
  const texts = [lookupText(sampleLookup), lookupText(strangerLookup)];
  assertWidth(texts.join('').replace(/^ *-> .*$/gm, ''), 80);
  assertGolden('lookup.txt', texts.join('----\n'));
});

test('a lookup keeps its columns with the longest address', () => {
  const lines = lookupText({ ...strangerLookup, address: '255.255.255.255' }).split('\n');
  const facts = lines.slice(0, lines.indexOf('')).map((line) => /^\S* +/.exec(line)?.[0].length);
  assert.deepEqual(new Set(facts), new Set([16]));
});

test('a lookup shows the ten latest misses of many', () => {
  const misses = Array.from({ length: 12 }, (_, number) => ({ ...(sampleMisses[1] ?? missing()), number }));
  const text = lookupText({ ...sampleLookup, misses });
  assert.match(text, /the last 10 of 12 misses/);
  assert.equal(text.match(/ refresh /g)?.length, 10);
});

test('leases are a table, with the time that is left (test/golden/leases.txt)', () => {
  const text = leasesText(sampleLeases, SAMPLED_AT);
  assertWidth(text, 80);
  assertGolden('leases.txt', text);
  assert.equal(leasesText([], SAMPLED_AT), 'no lease of another host\n');
});

test('what the doctor found stands with what mends it, which is not broken (test/golden/doctor.txt)', () => {
  const text = doctorText(sampleFindings);
  assertWidth(text.replace(/^ *-> .*$/gm, ''), 80);
  assert.ok(text.includes(`-> ${sampleFindings[2]?.mend}\n`));
  assertGolden('doctor.txt', text);
});

function missing(): never {
  throw new Error('the samples have too few misses');
}
