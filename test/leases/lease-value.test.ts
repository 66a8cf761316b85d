import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseFault } from '../../src/leases/faults.ts';
import { decodeLeaseValue } from '../../src/leases/lease-value.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';

const publicIp = parseIpv4('192.168.77.11');
const mac = '76:24:ad:f5:81:0a';

const readable: [string, string, object][] = [
  [
    'flannel 0.7, without PublicIPv6 and VNI',
    '{"PublicIP":"192.168.77.11","BackendType":"vxlan","BackendData":{"VtepMAC":"76:24:ad:f5:81:0a"}}',
    { kind: 'vxlan', publicIp, mac, vni: undefined },
  ],
  [
    'flannel 0.28 of a host with both families',
    '{"PublicIP":"192.168.77.11","PublicIPv6":"fd00::1","BackendType":"vxlan","BackendData":{"VNI":1,"VtepMAC":"76:24:ad:f5:81:0a"},"BackendV6Data":{"VNI":1,"VtepMAC":"c6:00:00:00:00:01"}}',
    { kind: 'vxlan', publicIp, mac, vni: 1 },
  ],
  [
    'names in another case, unknown fields, upper-case MAC, null BackendV6Data',
    '{"publicip":"192.168.77.11","X":[],"backendTYPE":"vxlan","backenddata":{"vni":7,"vtepmac":"76:24:AD:F5:81:0A"},"BackendV6Data":null}',
    { kind: 'vxlan', publicIp, mac, vni: 7 },
  ],
  [
    'the last of two fields whose names differ in case',
    '{"PublicIP":"10.0.0.1","publicIP":"192.168.77.11","BackendType":"vxlan","BackendData":{"VtepMAC":"76:24:ad:f5:81:0a"}}',
    { kind: 'vxlan', publicIp, mac, vni: undefined },
  ],
  [
    'no PublicIP, as 0.0.0.0',
    '{"BackendType":"vxlan","BackendData":{"VtepMAC":"76:24:ad:f5:81:0a"}}',
    { kind: 'vxlan', publicIp: 0, mac, vni: undefined },
  ],
  ['udp or alloc', '{"PublicIP":"192.168.77.11"}', { kind: 'other', publicIp, backendType: 'none' }],
  [
    'host-gw',
    '{"PublicIP":"192.168.77.11","PublicIPv6":null,"BackendType":"host-gw"}',
    { kind: 'other', publicIp, backendType: 'host-gw' },
  ],
  [
    'VXLAN in capitals is another backend, as to flannel',
    '{"PublicIP":"192.168.77.11","BackendType":"VXLAN","BackendData":{"VtepMAC":"76:24:ad:f5:81:0a"}}',
    { kind: 'other', publicIp, backendType: 'VXLAN' },
  ],
];

for (const [what, text, value] of readable) {
  test(`reads a value: ${what}`, () => assert.deepEqual(decodeLeaseValue(text), value));
}

const vxlan = (rest: string) => `{"PublicIP":"192.168.77.11","BackendType":"vxlan"${rest}}`;
const junk: [string, RegExp][] = [
  ['', /^lease value: not JSON/],
  ['{', /^lease value: not JSON/],
  ['null', /^lease value: null, not a JSON object/],
  ['[]', /^lease value: \[\], not a JSON object/],
  ['"x"', /not a JSON object/],
  ['{"PublicIP":7}', /PublicIP: 7; allowed/],
  ['{"PublicIP":"fd00::1"}', /PublicIP: "fd00::1"; allowed/],
  ['{"PublicIP":"10.0.0.1","BackendType":1}', /BackendType: 1; allowed/],
  [vxlan(''), /BackendData: nothing, not/],
  [vxlan(',"BackendData":null'), /BackendData: nothing, not/],
  [vxlan(',"BackendData":"x"'), /BackendData: "x", not/],
  [vxlan(',"BackendData":{}'), /VtepMAC: nothing; allowed/],
  [vxlan(',"BackendData":{"VtepMAC":"1:2:3:4:5:6"}'), /VtepMAC: "1:2:3:4:5:6"; allowed/],
  [vxlan(',"BackendData":{"VtepMAC":"76:24:ad:f5:81:0a","VNI":"1"}'), /VNI: "1"; allowed/],
  [vxlan(',"BackendData":{"VtepMAC":"76:24:ad:f5:81:0a","VNI":1.5}'), /VNI: 1.5; allowed/],
];

for (const [text, message] of junk) {
  test(`refuses the value ${text}`, () => {
    assert.throws(
      () => decodeLeaseValue(text),
      (error) => error instanceof LeaseFault && message.test(error.message),
    );
  });
}
