import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstalledNeighbours } from '../../src/misses/installed.ts';
import { at, hostOf } from './fixture.ts';

const host = hostOf(7);
const other = hostOf(8);

test('it knows what was asked for longest ago, if that is long enough', () => {
  const installed = new InstalledNeighbours(2);
  installed.tick(10);
  installed.touch(at('200.5.7.1'), host);
  installed.tick(20);
  installed.touch(at('10.5.7.2'), host);
  installed.tick(30);
  installed.touch(at('200.5.7.1'), host);
  assert.equal(installed.longestInUse(11), undefined);
  assert.equal(installed.longestInUse(10), at('10.5.7.2'));
  installed.forget(at('10.5.7.2'));
  assert.equal(installed.longestInUse(1), undefined);
  assert.equal(installed.longestInUse(0), at('200.5.7.1') | 0, 'as a signed number');
});

test('above the bound it is overfull, and at eight times the bound full', () => {
  const installed = new InstalledNeighbours(1);
  for (let n = 1; n <= 8; n++) {
    assert.deepEqual([installed.isOverfull, installed.isFull], [n > 2, false]);
    installed.tick(n);
    installed.touch(at('10.5.7.0') + n, host);
  }
  assert.deepEqual([installed.size, installed.isOverfull, installed.isFull], [8, true, true]);
});

test('a suspect is one until it is asked for, or led elsewhere, or forgotten', () => {
  const installed = new InstalledNeighbours(5);
  const addresses = [1, 2, 3, 4].map((last) => at('10.5.7.0') + last);
  const [first = 0, second = 0, third = 0, fourth = 0] = addresses;
  for (const address of addresses) {
    installed.touch(address, host);
    installed.tick(10);
    installed.suspect(address);
  }
  installed.tick(20);
  assert.equal(installed.longestInUse(0), undefined);
  assert.equal(installed.longestSuspect(11), undefined);
  assert.equal(installed.longestSuspect(10), first);
  installed.touch(first, host);
  installed.redirect(second, other);
  installed.forget(third);
  assert.deepEqual(
    addresses.map((address) => installed.isSuspect(address)),
    [false, false, false, true],
  );
  assert.equal(installed.longestSuspect(10), fourth);
  assert.equal(installed.longestInUse(0), first);
  assert.equal(installed.size, 3);
});

test('being led elsewhere is no use of an entry that is in use', () => {
  const installed = new InstalledNeighbours(5);
  installed.tick(10);
  installed.touch(at('10.5.7.1'), host);
  installed.tick(20);
  installed.touch(at('10.5.7.2'), host);
  installed.tick(30);
  installed.redirect(at('10.5.7.1'), other);
  assert.equal(installed.longestInUse(20), at('10.5.7.1'));
  assert.equal(installed.leadsTo(at('10.5.7.1'), { ...other, mac: Uint8Array.from(other.mac) }), true);
  assert.equal(installed.leadsTo(at('10.5.7.1'), host), false);
  assert.equal(installed.leadsTo(at('10.5.7.9'), host), false);
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

test('a table that was emptied gives its places out from the first on', () => {
  const installed = new InstalledNeighbours(4);
  for (const text of ['10.5.7.1', '10.5.7.2', '10.5.7.3']) {
    installed.touch(at(text), host);
  }
  for (const text of ['10.5.7.3', '10.5.7.1', '10.5.7.2']) {
    installed.forget(at(text));
  }
  assert.equal(installed.places, 0);
  installed.touch(at('10.5.7.8'), host);
  installed.touch(at('10.5.7.9'), other);
  assert.deepEqual([installed.addressAt(0), installed.addressAt(1)], [at('10.5.7.8'), at('10.5.7.9')]);
  assert.equal(installed.hostOf(at('10.5.7.9')), other);
});
