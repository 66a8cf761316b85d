import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AddressFault } from '../../src/net/address-fault.ts';
import { type Ipv4, parseIpv4 } from '../../src/net/ipv4.ts';
import {
  contains,
  covers,
  formatPrefix,
  maskOf,
  overlaps,
  type Prefix,
  parseNetwork,
  parsePrefix,
  prefixOf,
  samePrefix,
  sizeOf,
} from '../../src/net/prefix.ts';
import { crowdedAddress, crowdedPrefix, ipv4, prefix } from './arbitraries.ts';

/** The first and the last address, without bit operations. */
function ends({ address, length }: Prefix): [Ipv4, Ipv4] {
  return [address, address + 2 ** (32 - length) - 1];
}

test('host bits are cleared', () => {
  assert.deepEqual(parsePrefix('10.5.7.1/16'), { address: parseIpv4('10.5.0.0'), length: 16 });
  assert.deepEqual(parsePrefix('200.1.2.3/0'), { address: 0, length: 0 });
  assert.deepEqual(parsePrefix('200.1.2.3/32'), { address: parseIpv4('200.1.2.3'), length: 32 });
});

test('what is not an IPv4 network is refused, naming the thing', () => {
  const bad = [
    '',
    '10.5.0.0',
    '10.5.0.0/',
    '10.5.0.0/33',
    '10.5.0.0/-1',
    '10.5.0/16',
    '10.5.0.0/1 6',
    '::/0',
  ];
  for (const text of [
    ...bad,
    '10.5.0.0/16/16',
    '10.5.0.0/016',
    ' 10.5.0.0/16',
    '10.5.0.0/16\n',
    '256.0.0.0/8',
  ]) {
    assert.throws(() => parsePrefix(text), AddressFault, JSON.stringify(text));
  }
  assert.throws(() => parsePrefix('junk', 'Network'), {
    message: 'Network: "junk"; allowed: an IPv4 network such as 10.5.0.0/16',
  });
});

test('a network that is asked for has no host bits', () => {
  for (const text of ['10.5.7.0/24', '10.5.7.2/32', '0.0.0.0/0', '255.255.255.254/31']) {
    assert.equal(formatPrefix(parseNetwork(text)), text);
  }
  assert.throws(() => parseNetwork('200.5.7.2/23', 'subnet'), {
    name: 'AddressFault',
    message: 'subnet: "200.5.7.2/23"; allowed: the network 200.5.6.0/23, or the address 200.5.7.2/32',
  });
});

test('text and value are the same network (property)', () => {
  fc.assert(fc.property(prefix, (one) => assert.deepEqual(parsePrefix(formatPrefix(one)), one)));
});

test('a mask has its bits from the left, and the size is what it leaves (property)', () => {
  for (let length = 0; length <= 32; length++) {
    assert.equal(maskOf(length), 2 ** 32 - 2 ** (32 - length));
    assert.equal(sizeOf(prefixOf(0, length)), 2 ** (32 - length));
  }
});

test('contains is lying between the ends (property)', () => {
  const inside = (one: Prefix, address: Ipv4) => {
    const [first, last] = ends(one);
    assert.equal(contains(one, address), first <= address && address <= last);
  };
  fc.assert(fc.property(prefix, ipv4, inside));
  fc.assert(fc.property(crowdedPrefix, crowdedAddress(), inside));
  fc.assert(
    fc.property(prefix, (one) => {
      const [first, last] = ends(one);
      assert.ok(contains(one, first) && contains(one, last));
    }),
  );
});

test('covers and overlaps are what the ends say (property)', () => {
  fc.assert(
    fc.property(crowdedPrefix, crowdedPrefix, (one, other) => {
      const [a, b] = ends(one);
      const [c, d] = ends(other);
      assert.equal(covers(one, other), a <= c && d <= b);
      assert.equal(overlaps(one, other), a <= d && c <= b);
      assert.equal(samePrefix(one, other), a === c && b === d);
    }),
    { numRuns: 3000 },
  );
});
