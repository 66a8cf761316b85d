import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RemoteHost } from '../../src/misses/decide.ts';
import { InstalledNeighbours } from '../../src/misses/installed.ts';
import { contains } from '../../src/net/prefix.ts';
import { crowdedAddress, crowdedPrefix } from '../net/arbitraries.ts';
import { at } from './fixture.ts';

const host: RemoteHost = { mac: Uint8Array.of(2, 0, 0, 0, 0, 7) };
const other: RemoteHost = { mac: Uint8Array.of(2, 0, 0, 0, 0, 8) };

test('above the bound it is overfull, and gives out what was asked for longest ago', () => {
  const installed = new InstalledNeighbours(2);
  installed.touch(at('200.5.7.1'), host);
  installed.touch(at('10.5.7.2'), host);
  installed.touch(at('200.5.7.1'), host);
  assert.equal(installed.isOverfull, false);
  installed.touch(at('10.5.7.3'), host);
  assert.equal(installed.isOverfull, true);
  assert.equal(installed.evict(), at('10.5.7.2'));
  assert.equal(installed.isOverfull, false);
  assert.equal(installed.evict(), at('200.5.7.1') | 0);
  assert.equal(installed.evict(), at('10.5.7.3'));
  assert.equal(installed.evict(), undefined);
  assert.equal(installed.size, 0);
});

test('at eight times the bound, what was asked for longest ago makes room at once', () => {
  const installed = new InstalledNeighbours(1);
  for (let n = 1; n <= 8; n++) {
    assert.equal(installed.touch(at('10.5.7.0') + n, host), undefined);
  }
  assert.equal(installed.touch(at('10.5.7.9'), host), at('10.5.7.1'));
  assert.equal(installed.size, 8);
});

test('forgetting and asking where an entry leads make no room and no use', () => {
  const installed = new InstalledNeighbours(2);
  installed.touch(at('10.5.7.1'), host);
  installed.touch(at('10.5.7.2'), host);
  assert.equal(installed.leadsTo(at('10.5.7.1'), { mac: Uint8Array.from(host.mac) }), true);
  assert.equal(installed.leadsTo(at('10.5.7.1'), other), false);
  assert.equal(installed.leadsTo(at('10.5.7.9'), host), false);
  installed.forget(at('10.5.7.1'));
  assert.equal(installed.evict(), at('10.5.7.2'), 'the forgotten one is not given out');
});

test('the addresses inside a prefix, however large it is (property)', () => {
  const addresses = fc.uniqueArray(crowdedAddress(), { maxLength: 50 });
  fc.assert(
    fc.property(addresses, crowdedPrefix, (all, prefix) => {
      const installed = new InstalledNeighbours(100);
      for (const address of all) {
        installed.touch(address, host);
      }
      const wanted = all.filter((address) => contains(prefix, address));
      assert.deepEqual(installed.within(prefix).sort(), wanted.sort());
    }),
  );
});
