import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { SubnetMisses } from '../../../src/misses/recording/subnet-counts.ts';
import type { Sample } from '../../../src/status/metrics/family.ts';
import { SUBNETS_TOLD, SubnetSeries } from '../../../src/status/metrics/subnet-series.ts';

function subnetsWith(counts: readonly number[]): SubnetMisses[] {
  return counts.map((misses, place) => ({
    subnet: { address: 0x0a800000 + place * 256, length: 24 },
    misses,
  }));
}

function byName(samples: readonly Sample[]): Map<string, number> {
  return new Map(samples.map(({ labels: { subnet = '' } = {}, value }) => [subnet, value]));
}

describe('misses by subnet', () => {
  it('are told of each while there are few', () => {
    const told = byName(new SubnetSeries().read(subnetsWith([3, 1]), 0));
    assert.deepEqual(Object.fromEntries(told), { '10.128.0.0/24': 3, '10.128.1.0/24': 1, other: 0 });
  });

  it('are told of those with most when they are many, and of the others together', () => {
    const counts = Array.from({ length: SUBNETS_TOLD + 10 }, (_, place) => place + 1);
    const told = byName(new SubnetSeries().read(subnetsWith(counts), 1000));
    assert.equal(told.size, SUBNETS_TOLD + 1);
    assert.ok(!told.has('10.128.9.0/24') && told.has('10.128.10.0/24'));
    assert.equal(told.get('other'), 55 + 1000);
  });

  it('stay in the series in which they were told when another subnet takes its place', () => {
    const series = new SubnetSeries();
    const before = Array.from({ length: SUBNETS_TOLD + 1 }, (_, place) => 100 - place);
    series.read(subnetsWith(before), 0);
    const after = before.with(SUBNETS_TOLD, 1000);
    const told = byName(series.read(subnetsWith(after), 0));
    // The newcomer's first 50 are among the others for good; whom it replaced is not told now.
    assert.equal(told.get('10.128.50.0/24'), 950);
    assert.ok(!told.has('10.128.49.0/24'));
    assert.equal(told.get('other'), 50);
    const again = byName(series.read(subnetsWith(after.with(SUBNETS_TOLD - 1, 2000)), 0));
    assert.equal(again.get('10.128.49.0/24'), 2000, 'goes on where it was');
  });

  it('never fall in any series, and lose none, whatever happens in which order', () => {
    const steps = fc.array(
      fc.array(fc.record({ place: fc.nat(79), misses: fc.nat(1000) }), { maxLength: 40 }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, fc.array(fc.nat(100), { maxLength: 20 }), (looks, others) => {
        const series = new SubnetSeries();
        const counts = new Array<number>(80).fill(0);
        const highest = new Map<string, number>();
        let beyond = 0;
        for (const [index, look] of looks.entries()) {
          for (const { place, misses } of look) {
            counts[place] = (counts[place] ?? 0) + misses;
          }
          beyond += others[index] ?? 0;
          const told = byName(series.read(subnetsWith(counts), beyond));
          assert.ok(told.size <= SUBNETS_TOLD + 1);
          for (const [name, value] of told) {
            assert.ok(value >= (highest.get(name) ?? 0), `${name} fell to ${value}`);
            highest.set(name, value);
          }
          const all = [...highest.values()].reduce((sum, value) => sum + value, 0);
          assert.equal(
            all,
            counts.reduce((sum, value) => sum + value, beyond),
          );
        }
      }),
    );
  });
});
