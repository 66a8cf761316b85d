import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '../../src/leases/judge.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { hostIdentity, keyOf, self, stored, valueOfHost } from '../support/lease-samples.ts';

const good = valueOfHost(2);

test('another host’s lease is taken with all its attributes', () => {
  const { publicIp, mac } = hostIdentity(2);
  assert.deepEqual(judge(stored('10.5.2.0-24', good, 9n), self), {
    kind: 'lease',
    lease: { key: keyOf('10.5.2.0-24'), subnet: parsePrefix('10.5.2.0/24'), publicIp, mac, modRevision: 9n },
  });
});

test('a differing VNI is no reason to refuse', () => {
  assert.equal(judge(stored('10.5.2.0-24', good.replace('"VNI":1', '"VNI":9')), self).kind, 'lease');
});

test('our own key is our own, whatever is in it', () => {
  assert.deepEqual(judge(stored('10.5.1.0-24', 'garbage'), self), { kind: 'own' });
});

test('another backend is skipped by name', () => {
  const value = '{"PublicIP":"10.99.0.2","BackendType":"host-gw"}';
  const other = stored('10.5.2.0-24', value);
  assert.deepEqual(judge(other, self), {
    kind: 'other-backend',
    lease: {
      key: other.key,
      subnet: parsePrefix('10.5.2.0/24'),
      publicIp: parseIpv4('10.99.0.2'),
      backendType: 'host-gw',
    },
  });
});

const junk: [string, string, string, RegExp][] = [
  ['an unreadable key', 'hello', good, /hello/],
  ['a key with host bits', '10.5.2.1-24', good, /host bits/],
  ['an unreadable value', '10.5.2.0-24', '{', /not JSON/],
  ['null BackendData', '10.5.2.0-24', good.replace(/\{"VNI".*?\}/, 'null'), /BackendData/],
  ['a subnet outside the network', '10.6.2.0-24', good, /outside the network 10\.5\.0\.0\/16/],
  ['the network itself', '10.5.0.0-16', good, /overlaps our subnet/],
  ['more than the network', '10.4.0.0-15', good, /outside the network/],
  ['a part of our subnet', '10.5.1.128-25', good, /overlaps our subnet 10\.5\.1\.0\/24/],
  ['our subnet with an IPv6 half', '10.5.1.0-24&fd00::-64', good, /overlaps our subnet/],
  ['a zero MAC', '10.5.2.0-24', good.replace(/02:00:00:00:00:02/, '00:00:00:00:00:00'), /VtepMAC/],
  ['a multicast MAC', '10.5.2.0-24', good.replace(/02:00:00:00:00:02/, '03:00:00:00:00:02'), /VtepMAC/],
  ['the broadcast MAC', '10.5.2.0-24', good.replace(/02:00:00:00:00:02/, 'ff:ff:ff:ff:ff:ff'), /VtepMAC/],
  ['our MAC', '10.5.2.0-24', good.replace(/02:00:00:00:00:02/, '02:00:00:00:00:01'), /VtepMAC .* our own/],
  ['our PublicIP', '10.5.2.0-24', good.replace('10.99.0.2', '10.99.0.1'), /PublicIP 10\.99\.0\.1 is our own/],
  ['no PublicIP', '10.5.2.0-24', good.replace('"PublicIP":"10.99.0.2",', ''), /PublicIP 0\.0\.0\.0/],
  ['a loopback PublicIP', '10.5.2.0-24', good.replace('10.99.0.2', '127.0.0.1'), /PublicIP 127\.0\.0\.1/],
  ['a multicast PublicIP', '10.5.2.0-24', good.replace('10.99.0.2', '224.0.0.1'), /PublicIP 224\.0\.0\.1/],
];

for (const [what, name, value, reason] of junk) {
  test(`${what} is junk, with the reason`, () => {
    const verdict = judge(stored(name, value), self);
    assert.equal(verdict.kind, 'junk');
    assert.match(verdict.reason, reason);
  });
}
