import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigFault, LeaseFault } from '../../src/leases/faults.ts';
import { judge } from '../../src/leases/judge.ts';
import { decodeLeaseValue, encodeLeaseValue } from '../../src/leases/lease-value.ts';
import { parseNetworkConfig } from '../../src/leases/network-config.ts';
import { formatSubnetKey, parseSubnetKey } from '../../src/leases/subnet-key.ts';
import { inRange, subnetCount } from '../../src/leases/subnet-range.ts';
import { macFromBytes } from '../../src/net/mac.ts';
import { covers, prefixOf } from '../../src/net/prefix.ts';
import { self, stored, valueOfHost } from '../support/lease-samples.ts';

const ipv4 = fc.integer({ min: 0, max: 0xffffffff });
const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(macFromBytes);
const subnet = fc
  .record({ address: ipv4, length: fc.integer({ min: 0, max: 31 }) })
  .map(({ address, length }) => prefixOf(address, length));

/** Text that is nearly right: a good one with a piece cut out and another put in. */
function damaged(good: string): fc.Arbitrary<string> {
  const cut = fc.record({
    at: fc.nat(good.length),
    drop: fc.nat(8),
    put: fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom('null', '{}', '-1', '1e99', '"', '&', '\n', '\u0000'),
    ),
  });
  return cut.map(({ at, drop, put }) => good.slice(0, at) + put + good.slice(at + drop));
}

const anyText = (good: string) => fc.oneof(fc.string({ unit: 'binary' }), fc.json(), damaged(good));

test('a key read back is the subnet that was written', () => {
  fc.assert(
    fc.property(subnet, (prefix) => assert.deepEqual(parseSubnetKey(formatSubnetKey(prefix)), prefix)),
  );
});

test('a value read back is the host that was written', () => {
  fc.assert(
    fc.property(ipv4, mac, fc.integer({ min: 0, max: 0xffffff }), (publicIp, address, vni) => {
      const value = decodeLeaseValue(encodeLeaseValue({ publicIp, mac: address, vni }));
      assert.deepEqual(value, { kind: 'vxlan', publicIp, mac: address, vni });
    }),
  );
});

test('a hostile key throws nothing but a LeaseFault, and what is read is written back as it came', () => {
  fc.assert(
    fc.property(anyText('10.5.7.0-24&fd00:7::-64'), (text) => {
      const read = unlessFault(() => parseSubnetKey(text));
      if (read !== undefined) {
        assert.equal(text.split('&')[0], formatSubnetKey(read));
      }
    }),
    { numRuns: 2000 },
  );
});

test('a hostile value throws nothing but a LeaseFault', () => {
  fc.assert(
    fc.property(anyText(valueOfHost(2)), (text) => void unlessFault(() => decodeLeaseValue(text))),
    { numRuns: 2000 },
  );
});

test('a hostile key and value are judged without throwing', () => {
  fc.assert(
    fc.property(anyText('10.5.7.0-24'), anyText(valueOfHost(2)), (name, value) => {
      const verdict = judge(stored(name, value), self);
      if (verdict.kind === 'lease') {
        assert.ok(covers(self.network, verdict.lease.subnet));
      }
    }),
    { numRuns: 2000 },
  );
});

const goodConfig =
  '{"Network":"10.5.0.0/16","SubnetLen":24,"SubnetMin":"10.5.1.0","SubnetMax":"10.5.9.0","Backend":{"Type":"vxlan","VNI":1,"Port":8472,"MTU":1450}}';

test('a hostile config throws nothing but a ConfigFault of one line, and what passes can be served', () => {
  fc.assert(
    fc.property(anyText(goodConfig), (text) => {
      const config = unlessFault(() => parseNetworkConfig(text, '/config'));
      if (config !== undefined) {
        assert.ok(subnetCount(config) >= 1);
        assert.ok(inRange(config, { address: config.subnetMin, length: config.subnetLength }));
        assert.ok(inRange(config, { address: config.subnetMax, length: config.subnetLength }));
        assert.ok(covers(config.network, { address: config.subnetMax, length: config.subnetLength }));
      }
    }),
    { numRuns: 3000 },
  );
});

function unlessFault<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof LeaseFault || error instanceof ConfigFault, String(error));
    assert.ok(!/[\r\n]/.test(error.message));
    return undefined;
  }
}
