import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeLeaseValue } from '../../src/leases/lease-value.ts';
import { formatSubnetKey } from '../../src/leases/subnet-key.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';

// The bytes that flannel v0.28.9 writes: pkg/lease/lease.go (LeaseAttrs), pkg/backend/vxlan/vxlan.go
// (vxlanLeaseAttrs) and pkg/subnet/subnet.go (MakeSubnetKey).

test('the value is flannel’s to the byte', () => {
  const identity = { publicIp: parseIpv4('10.99.0.11'), vni: 1, mac: parseMac('76:24:AD:F5:81:0A') };
  assert.equal(
    encodeLeaseValue(identity),
    '{"PublicIP":"10.99.0.11","PublicIPv6":null,"BackendType":"vxlan","BackendData":{"VNI":1,"VtepMAC":"76:24:ad:f5:81:0a"}}',
  );
});

test('the key is flannel’s to the byte', () => {
  assert.equal(formatSubnetKey(parsePrefix('10.5.34.0/24')), '10.5.34.0-24');
});
