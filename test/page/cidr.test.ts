import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInside, parseAddress, parseCidr } from '../../src/page/cidr.ts';

test('an address is four numbers up to 255, as the daemon takes it', () => {
  assert.equal(parseAddress('10.5.2.3'), 0x0a050203);
  assert.equal(parseAddress('255.255.255.255'), 0xffffffff);
  for (const text of [
    '',
    '10.5.2',
    '10.5.2.3.4',
    '10.5.2.256',
    '10.05.2.3',
    ' 10.5.2.3',
    '10.5.2.x',
    '-1.2.3.4',
  ]) {
    assert.equal(parseAddress(text), undefined, text);
  }
});

test('a subnet holds its addresses and no others', () => {
  const cases: [string, string, boolean][] = [
    ['10.5.2.0/24', '10.5.2.255', true],
    ['10.5.2.0/24', '10.5.3.0', false],
    ['10.5.2.77/24', '10.5.2.1', true],
    ['200.0.0.0/8', '200.9.9.9', true],
    ['0.0.0.0/0', '255.1.2.3', true],
    ['10.5.2.3', '10.5.2.3', true],
    ['10.5.2.3/32', '10.5.2.2', false],
  ];
  for (const [subnet, address, isWithin] of cases) {
    const cidr = parseCidr(subnet);
    assert.ok(cidr !== undefined, subnet);
    assert.equal(isInside(cidr, parseAddress(address) ?? 0), isWithin, `${address} in ${subnet}`);
  }
});

test('what is no subnet is none', () => {
  for (const text of [
    '',
    '10.5.2',
    '10.5.2.0/33',
    '10.5.2.0/',
    '10.5.2.0/24/1',
    '10.5.2.0/-1',
    '10.5.2.0/a',
  ]) {
    assert.equal(parseCidr(text), undefined, text);
  }
});
