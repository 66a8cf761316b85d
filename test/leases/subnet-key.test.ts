import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseFault } from '../../src/leases/faults.ts';
import { formatSubnetKey, parseSubnetKey } from '../../src/leases/subnet-key.ts';
import { formatPrefix, parsePrefix } from '../../src/net/prefix.ts';

test('a key is the address, a dash and the length', () => {
  assert.equal(formatSubnetKey(parsePrefix('10.5.7.0/24')), '10.5.7.0-24');
});

const readable = [
  ['10.5.7.0-24', '10.5.7.0/24'],
  ['10.5.0.0-16', '10.5.0.0/16'],
  ['0.0.0.0-0', '0.0.0.0/0'],
  ['10.5.7.2-31', '10.5.7.2/31'],
  ['255.255.255.254-31', '255.255.255.254/31'],
  ['10.12.13.0-24&fd00:12:13::-56', '10.12.13.0/24'],
  ['10.12.13.0-24&::-0', '10.12.13.0/24'],
  ['10.12.13.0-24&fd00::-127', '10.12.13.0/24'],
] as const;

for (const [text, prefix] of readable) {
  test(`${text} is read as ${prefix}`, () => assert.equal(formatPrefix(parseSubnetKey(text)), prefix));
}

const junk = [
  '',
  '10.5.7.0',
  '10.5.7.0/24',
  '10.5.7.0-',
  '10.5.7.0-24 ',
  ' 10.5.7.0-24',
  '10.5.7.0-24\n',
  '10.5.7.0-24x',
  '10.5.7.0-32',
  '10.5.7.0-33',
  '10.5.7.0-024',
  '10.5.7.1-24',
  '10.5.7-24',
  '010.5.7.0-24',
  '10.5.256.0-24',
  'a.b.c.d-24',
  '10.5.7.0-24&',
  '10.5.7.0-24&fd00::',
  '10.5.7.0-24&fd00::-128',
  '10.5.7.0-24&FD00::-64',
  '10.5.7.0-24&:::-64',
  '10.5.7.0-24&fd00::-64&',
  'fd00::-64',
  '10.5.7.0-24/child',
];

for (const text of junk) {
  test(`${JSON.stringify(text)} is refused as a key`, () => {
    assert.throws(() => parseSubnetKey(text), LeaseFault);
  });
}

test('a key with host bits names the key that it should be', () => {
  assert.throws(() => parseSubnetKey('10.5.7.9-24'), /10\.5\.7\.9-24.*host bits.*10\.5\.7\.0-24/);
});
