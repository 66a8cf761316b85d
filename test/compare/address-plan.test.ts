import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AT_ONCE,
  activeCount,
  leasesOf,
  MOST_NODES,
  MOST_PODS,
  movedLeasesOf,
  networkConfig,
  outermostNodes,
  podAddress,
  probeAddress,
  shuffledNodes,
} from '../../src/compare/address-plan.ts';
import { REMOTE_SUBNETS } from '../../src/lab/planned-leases.ts';
import { decodeLeaseValue } from '../../src/leases/lease-value.ts';
import { parseNetworkConfig } from '../../src/leases/network-config.ts';
import { inRange } from '../../src/leases/subnet-range.ts';
import { formatIpv4, parseIpv4 } from '../../src/net/ipv4.ts';
import { contains, parsePrefix } from '../../src/net/prefix.ts';

describe('the addresses of the comparison', () => {
  it('hold the most nodes with the most pods, and those that join', () => {
    const last = MOST_NODES + AT_ONCE;
    const remote = parsePrefix(REMOTE_SUBNETS);
    assert.ok(contains(remote, podAddress(last, MOST_PODS - 1)));
    assert.ok(!contains(remote, podAddress(last + 1, 0)));
    assert.equal(formatIpv4(podAddress(1, MOST_PODS - 1)), '10.128.1.251');
    assert.equal(formatIpv4(probeAddress(1)), '10.128.1.1');
  });

  it('give each host a cluster in which it can have one subnet alone', () => {
    for (const number of [0, 1, 9]) {
      const config = parseNetworkConfig(networkConfig(number), 'config');
      assert.deepEqual(config.warnings, []);
      assert.equal(formatIpv4(config.subnetMin), `10.192.${number}.0`);
      assert.ok(inRange(config, { address: parseIpv4(`10.192.${number}.0`), length: 24 }));
      assert.equal(config.subnetMin, config.subnetMax);
    }
  });

  it('change nothing but the PublicIP when nodes move', () => {
    const [before, after] = [leasesOf(7, 2), movedLeasesOf(7, 2)];
    assert.deepEqual(
      before.map(({ name }) => name),
      after.map(({ name }) => name),
    );
    const values = [before, after].map((leases) => leases.map(({ value }) => decodeLeaseValue(value)));
    assert.deepEqual(
      values.map((list) => list.map(({ publicIp }) => formatIpv4(publicIp))),
      [
        ['10.100.0.7', '10.100.0.8'],
        ['10.101.0.7', '10.101.0.8'],
      ],
    );
    assert.deepEqual(
      values[0]?.map((value) => ({ ...value, publicIp: 0 })),
      values[1]?.map((value) => ({ ...value, publicIp: 0 })),
    );
  });

  it('are shuffled the same way each time, every node once', () => {
    for (const count of [1, 2, 3, 10, 100, 1000, 5000]) {
      const order = shuffledNodes(count);
      assert.deepEqual(order, shuffledNodes(count));
      assert.deepEqual(
        [...order].sort((one, other) => one - other),
        Array.from({ length: count }, (_, index) => index + 1),
      );
    }
    assert.notDeepEqual(shuffledNodes(10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('have outermost nodes by their keys, as etcd lists them', () => {
    assert.deepEqual(outermostNodes(1), [1]);
    assert.deepEqual(outermostNodes(2), [1, 2]);
    // 10.128.1.0, 10.128.10.0, 10.128.2.0 and so on to 10.128.9.0.
    assert.deepEqual(outermostNodes(10), [1, 5, 9]);
    // Of 1,000 keys 255 begin with 10.128 and 256 with 10.129; eleven of the latter go on with a nine.
    assert.deepEqual(outermostNodes(1000).map(probeAddress).map(formatIpv4), [
      '10.128.1.1',
      '10.129.9.1',
      '10.131.99.1',
    ]);
  });

  it('are active in the share that is asked for, one at least', () => {
    assert.deepEqual(
      [activeCount(10, 0.01), activeCount(10, 1), activeCount(1000, 0.01), activeCount(1000, 0.125)],
      [1, 10, 10, 125],
    );
  });
});
