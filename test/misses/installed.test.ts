import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RemoteHost } from '../../src/misses/decide.ts';
import { InstalledNeighbours } from '../../src/misses/installed.ts';
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

test('an entry keeps its place, and a place without an entry has no address', () => {
  const installed = new InstalledNeighbours(4);
  const addresses = () => Array.from({ length: installed.places }, (_, place) => installed.addressAt(place));
  assert.deepEqual(addresses(), []);
  for (const text of ['10.5.7.1', '200.5.7.2', '10.5.7.3']) {
    installed.touch(at(text), host);
  }
  installed.touch(at('10.5.7.1'), other);
  installed.forget(at('200.5.7.2'));
  assert.deepEqual(addresses(), [at('10.5.7.1'), undefined, at('10.5.7.3')]);
  installed.touch(at('200.5.7.4'), host);
  assert.deepEqual(addresses(), [at('10.5.7.1'), at('200.5.7.4'), at('10.5.7.3')]);
});
