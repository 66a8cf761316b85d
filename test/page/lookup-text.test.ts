import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookupFacts, missLine } from '../../src/page/lookup-text.ts';
import type { Lookup } from '../../src/status/lookup.ts';
import { missOf } from './sample-misses.ts';

const lookup: Lookup = {
  address: '10.5.2.3',
  mode: 'lazy',
  relation: 'remote',
  lease: { subnet: '10.5.2.0/24', owner: '10.99.0.12', mac: '02:00:00:00:00:02' },
  decision: 'the first packet is answered',
  route: { destination: '10.5.0.0/16', device: 'flannel.1', gateway: null, protocol: 113 },
  neighbour: { address: '10.5.2.3', mac: '02:00:00:00:00:02', state: 'PERMANENT', ours: true },
  forwarding: { mac: '02:00:00:00:00:02', endpoint: '10.99.0.12' },
  misses: [],
  problems: [],
};

test('the story has whose it is, what the mode does, and what the kernel holds', () => {
  assert.deepEqual(lookupFacts(lookup), [
    ['Whose it is', "another host's"],
    ['Lease', '10.5.2.0/24 of 10.99.0.12, MAC 02:00:00:00:00:02'],
    ['Mode lazy', 'the first packet is answered'],
    ['Route', '10.5.0.0/16 dev flannel.1'],
    ['Neighbour', "10.5.2.3 at 02:00:00:00:00:02, PERMANENT, the agent's"],
    ['Forwarding entry', '02:00:00:00:00:02 to 10.99.0.12'],
  ]);
});

test('what is not there is none', () => {
  const nothing = {
    ...lookup,
    relation: 'nobody',
    lease: null,
    route: null,
    neighbour: null,
    forwarding: null,
  } as const;
  assert.deepEqual(
    lookupFacts(nothing).map(([, value]) => value),
    ["nobody's: no lease covers it", 'none', 'the first packet is answered', 'none', 'none', 'none'],
  );
});

test('a miss is a line', () => {
  assert.match(missLine(missOf(1)), /^\d\d:\d\d:\d\d\.\d{3} L3 first: answered in 12\.3 µs$/);
  const refused = missOf(1, { outcome: 'refused', errno: 'ENOBUFS', latencyMicroseconds: null });
  assert.match(missLine(refused), / L3 first: refused \(ENOBUFS\)$/);
});
