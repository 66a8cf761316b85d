import assert from 'node:assert/strict';
import { isIPv4 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { AddressFault } from '../../src/net/address-fault.ts';
import {
  formatIpv4,
  ipv4FromBytes,
  ipv4ToBytes,
  isHostAddress,
  isIpv4,
  parseIpv4,
} from '../../src/net/ipv4.ts';
import { ipv4 } from './arbitraries.ts';

test('an address is an unsigned number in host order', () => {
  assert.equal(parseIpv4('10.0.0.1'), 0x0a000001);
  assert.equal(parseIpv4('255.255.255.255'), 0xffffffff);
  assert.equal(parseIpv4('128.0.0.0'), 0x80000000);
  assert.equal(formatIpv4(0xc0a80101), '192.168.1.1');
});

test('what is not a dotted quad of decimals is refused, naming the thing', () => {
  const bad = [
    '',
    '10.5.7',
    '10.5.7.1.2',
    '10.5.7.256',
    '010.5.7.1',
    '10.5.7.01',
    '0x0a.5.7.1',
    '10',
    'host',
  ];
  for (const text of [...bad, ' 10.5.7.1', '10.5.7.1 ', '10.5.7.1\n', '10..7.1', '-1.5.7.1', '::1']) {
    assert.equal(isIpv4(text), false, JSON.stringify(text));
    assert.throws(() => parseIpv4(text, '--public-ip'), AddressFault, JSON.stringify(text));
  }
  assert.throws(() => parseIpv4('x', '--public-ip'), {
    message: '--public-ip: "x"; allowed: an IPv4 address such as 10.5.7.1',
  });
});

test('text, number and bytes are the same address (property)', () => {
  fc.assert(
    fc.property(ipv4, (address) => {
      assert.equal(parseIpv4(formatIpv4(address)), address);
      assert.equal(ipv4FromBytes(ipv4ToBytes(address)), address);
      assert.equal(formatIpv4(address), [...ipv4ToBytes(address)].join('.'));
    }),
  );
});

test("the judgement about any text is that of Node's parser (property)", () => {
  const part = fc.oneof(
    fc.integer({ min: 0, max: 300 }).map(String),
    fc.constantFrom('', '00', '01', '1e1', '0x1'),
  );
  const quad = fc.array(part, { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.'));
  fc.assert(fc.property(fc.oneof(quad, fc.string()), (text) => assert.equal(isIpv4(text), isIPv4(text))));
});

test('a host can have unicast addresses and nothing else', () => {
  for (const text of ['0.0.0.0', '0.255.255.255', '127.0.0.1', '127.255.255.255', '224.0.0.1', '239.1.2.3']) {
    assert.equal(isHostAddress(parseIpv4(text)), false, text);
  }
  assert.equal(isHostAddress(parseIpv4('240.0.0.1')), false);
  assert.equal(isHostAddress(parseIpv4('255.255.255.255')), false);
  for (const text of [
    '1.0.0.0',
    '10.5.7.1',
    '126.255.255.255',
    '128.0.0.1',
    '223.255.255.255',
    '169.254.1.1',
  ]) {
    assert.equal(isHostAddress(parseIpv4(text)), true, text);
  }
});
