import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigFault } from '../../src/leases/faults.ts';
import { type NetworkConfig, parseNetworkConfig } from '../../src/leases/network-config.ts';
import { formatIpv4 } from '../../src/net/ipv4.ts';
import { formatPrefix } from '../../src/net/prefix.ts';

const KEY = '/coreos.com/network/config';

function read(config: object): NetworkConfig {
  return parseNetworkConfig(JSON.stringify(config), KEY);
}

function rangeOf({ network, subnetLength, subnetMin, subnetMax }: NetworkConfig): string {
  return `${formatPrefix(network)} /${subnetLength} ${formatIpv4(subnetMin)} ${formatIpv4(subnetMax)}`;
}

const ranges: [object, string][] = [
  [{ Network: '10.5.0.0/16' }, '10.5.0.0/16 /24 10.5.1.0 10.5.255.0'],
  [{ Network: '10.5.9.9/16' }, '10.5.0.0/16 /24 10.5.1.0 10.5.255.0'],
  [{ Network: '10.5.0.0/22' }, '10.5.0.0/22 /24 10.5.1.0 10.5.3.0'],
  [{ Network: '10.5.0.0/23' }, '10.5.0.0/23 /25 10.5.0.128 10.5.1.128'],
  [{ Network: '10.5.0.0/28' }, '10.5.0.0/28 /30 10.5.0.4 10.5.0.12'],
  [{ Network: '10.0.0.0/8', SubnetLen: 20 }, '10.0.0.0/8 /20 10.0.16.0 10.255.240.0'],
  [{ Network: '10.5.0.0/16', SubnetLen: 0, SubnetMin: null }, '10.5.0.0/16 /24 10.5.1.0 10.5.255.0'],
  [
    { Network: '10.5.0.0/16', SubnetMin: '10.5.16.0', SubnetMax: '10.5.31.0' },
    '10.5.0.0/16 /24 10.5.16.0 10.5.31.0',
  ],
  [{ Network: '10.5.0.0/16', SubnetMin: '10.5.0.0' }, '10.5.0.0/16 /24 10.5.0.0 10.5.255.0'],
  [{ Network: '10.5.0.0/16', SubnetMax: '0.0.0.0' }, '10.5.0.0/16 /24 10.5.1.0 10.5.255.0'],
  [{ network: '10.5.0.0/16', SUBNETLEN: 26 }, '10.5.0.0/16 /26 10.5.0.64 10.5.255.192'],
  [{ Network: '255.0.0.0/8' }, '255.0.0.0/8 /24 255.0.1.0 255.255.255.0'],
];

for (const [config, expected] of ranges) {
  test(`${JSON.stringify(config)} gives out ${expected}`, () =>
    assert.equal(rangeOf(read(config)), expected));
}

test('defaults of the backend', () => {
  const { vni, port, mtu, warnings } = read({ Network: '10.5.0.0/16', Backend: { Type: 'vxlan' } });
  assert.deepEqual({ vni, port, mtu, warnings }, { vni: 1, port: 8472, mtu: undefined, warnings: [] });
});

test('every option of the backend, in any case', () => {
  const Backend = { type: 'VXLAN', vni: 9999999, PORT: 4789, Mtu: 1400 };
  const { vni, port, mtu, warnings } = read({ Network: '10.5.0.0/16', Backend });
  assert.deepEqual({ vni, port, mtu, warnings }, { vni: 9999999, port: 4789, mtu: 1400, warnings: [] });
});

test('zero is a VNI, and the default as port and MTU', () => {
  const { vni, port, mtu } = read({
    Network: '10.5.0.0/16',
    Backend: { Type: 'vxlan', VNI: 0, Port: 0, MTU: 0 },
  });
  assert.deepEqual({ vni, port, mtu }, { vni: 0, port: 8472, mtu: undefined });
});

for (const Backend of [undefined, null, {}, { Type: '' }]) {
  test(`Backend ${JSON.stringify(Backend)} is vxlan with a warning`, () => {
    const { warnings } = read({ Network: '10.5.0.0/16', Backend });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /vxlan.*udp/);
  });
}

test('each option that is not served is named once', () => {
  const Backend = { Type: 'vxlan', GBP: true, Learning: true };
  const { warnings } = read({ Network: '10.5.0.0/16', Backend, EnableIPv6: true, EnableNFTables: true });
  for (const name of ['GBP', 'Learning', 'EnableIPv6', 'EnableNFTables']) {
    assert.equal(warnings.filter((warning) => warning.includes(name)).length, 1, name);
  }
  assert.equal(warnings.length, 4);
});

test('direct routing is off unless it is asked for', () => {
  const asked = (Backend: object) => read({ Network: '10.5.0.0/16', Backend }).directRouting;
  assert.equal(asked({ Type: 'vxlan' }), false);
  assert.equal(asked({ Type: 'vxlan', DirectRouting: false }), false);
  assert.equal(asked({ Type: 'vxlan', DirectRouting: true }), true);
});

test('an option that is not served is no matter when false', () => {
  const Backend = { Type: 'vxlan', GBP: false, Learning: false, DirectRouting: false };
  const config = { Network: '10.5.0.0/16', Backend, EnableIPv4: true, EnableIPv6: false, IPv6Network: 'x' };
  assert.deepEqual(read(config).warnings, []);
});

const refused: [string, RegExp][] = [
  ['', /^\/coreos\.com\/network\/config: not JSON/],
  ['{"Network":', /^\/coreos\.com\/network\/config: not JSON/],
  ['[1]', /config: \[1\], not a JSON object/],
  ['{}', /config: Network: missing; allowed: an IPv4 network/],
  ['{"Network":"10.5.0.0"}', /config: Network: "10\.5\.0\.0"; allowed: an IPv4 network/],
  ['{"Network":"0.0.0.0/0"}', /config: Network: "0\.0\.0\.0\/0"/],
  ['{"Network":"fd00::/48"}', /config: Network: "fd00::\/48"/],
  ['{"Network":7}', /config: Network: 7; allowed: a string/],
  ['{"Network":"10.5.0.0/29"}', /config: Network: 10\.5\.0\.0\/29; allowed: a prefix length of at most 28/],
  ['{"Network":"10.5.0.0/16","SubnetLen":17}', /config: SubnetLen: 17; allowed: 18 to 30/],
  ['{"Network":"10.5.0.0/16","SubnetLen":31}', /config: SubnetLen: 31; allowed: 18 to 30/],
  ['{"Network":"10.5.0.0/16","SubnetLen":-1}', /config: SubnetLen: -1; allowed/],
  ['{"Network":"10.5.0.0/16","SubnetLen":"24"}', /config: SubnetLen: "24"; allowed/],
  [
    '{"Network":"10.5.0.0/16","SubnetMin":"10.6.0.0"}',
    /config: SubnetMin: 10\.6\.0\.0; .* inside 10\.5\.0\.0\/16/,
  ],
  [
    '{"Network":"10.5.0.0/16","SubnetMax":"10.6.0.0"}',
    /config: SubnetMax: 10\.6\.0\.0; .* inside 10\.5\.0\.0\/16/,
  ],
  [
    '{"Network":"10.5.0.0/16","SubnetMin":"10.5.1.1"}',
    /config: SubnetMin: 10\.5\.1\.1; allowed: a \/24 boundary/,
  ],
  [
    '{"Network":"10.5.0.0/16","SubnetMax":"10.5.1.1"}',
    /config: SubnetMax: 10\.5\.1\.1; allowed: a \/24 boundary/,
  ],
  ['{"Network":"10.5.0.0/16","SubnetMin":"x"}', /config: SubnetMin: "x"; allowed: an IPv4 address/],
  [
    '{"Network":"10.5.0.0/16","SubnetMin":"10.5.9.0","SubnetMax":"10.5.8.0"}',
    /SubnetMin: 10\.5\.9\.0; .* 10\.5\.8\.0/,
  ],
  ['{"Network":"10.5.0.0/16","EnableIPv4":false}', /config: EnableIPv4: false; allowed: true/],
  ['{"Network":"10.5.0.0/16","EnableIPv6":"yes"}', /config: EnableIPv6: "yes"; allowed: true or false/],
  ['{"Network":"10.5.0.0/16","Backend":"vxlan"}', /config: Backend: "vxlan"; allowed: a JSON object/],
  [
    '{"Network":"10.5.0.0/16","Backend":{"Type":"host-gw"}}',
    /config: Backend\.Type: "host-gw"; allowed: "vxlan"/,
  ],
  [
    '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan","VNI":10000000}}',
    /Backend\.VNI: 10000000; .* 0 to 9999999/,
  ],
  ['{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan","VNI":1.5}}', /Backend\.VNI: 1\.5; allowed/],
  [
    '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan","Port":65536}}',
    /Backend\.Port: 65536; .* 0 to 65535/,
  ],
  [
    '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan","MTU":117}}',
    /Backend\.MTU: 117; allowed: 0 .* 118 to 65535/,
  ],
  ['{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan","GBP":1}}', /Backend\.GBP: 1; allowed: true or false/],
];

for (const [text, message] of refused) {
  test(`refuses ${text}`, () => {
    assert.throws(
      () => parseNetworkConfig(text, KEY),
      (error) => error instanceof ConfigFault && message.test(error.message) && !error.message.includes('\n'),
    );
  });
}
