import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from '../../src/lab/container.ts';
import { faultsIn } from '../../src/lab/demo-run.ts';
import type { Crossing, HostFindings } from '../../src/lab/demo-tables.ts';
import { forwardingTable, missTable, neighbourTable, roundTripTable } from '../../src/lab/demo-tables.ts';
import { Gate } from '../../src/lab/gate.ts';

function container(hostName: string, address: string): Container {
  // The demo's judgement and its tables never touch the namespace.
  return {
    name: `${hostName}-c1`,
    hostName,
    address,
    namespace: { gate: new Gate() } as Container['namespace'],
  };
}

function host(name: string, address: string, neighbours: string[]): HostFindings {
  return {
    name,
    address,
    neighbours: neighbours.map((dst) => ({ dst, lladdr: '02:00:00:00:00:0c', state: ['PERMANENT'] })),
    forwarding: [{ mac: '02:00:00:00:00:0c', dst: '10.99.0.12', state: 'permanent' }],
    misses: {
      answered: 3,
      alreadyAnswered: 0,
      refreshed: 0,
      noLease: 4,
      ownSubnet: 0,
      held: 0,
      recovered: 0,
      notTaken: 0,
      overruns: 0,
      overrunsRecovered: 0,
      malformed: 0,
      refused: name === 'h1' ? { EEXIST: 1 } : {},
    },
  };
}

const one = container('h1', '10.5.111.222');
const two = container('h2', '10.5.122.254');
const crossing: Crossing = { from: one, to: two, newTo: ['h1', 'h2'], result: { roundTrips: [12.5, 0.25] } };

test('answered pings and exactly the neighbours that were sent to are faultless', () => {
  const findings = [host('h1', '10.99.0.11', [two.address]), host('h2', '10.99.0.12', [one.address])];
  assert.deepEqual(faultsIn([crossing], findings), []);
});

test('a lost packet is a fault', () => {
  const lost = { ...crossing, result: { roundTrips: [12.5, undefined] } };
  const findings = [host('h1', '10.99.0.11', [two.address]), host('h2', '10.99.0.12', [one.address])];
  assert.deepEqual(faultsIn([lost], findings), ['no answer to every packet from h1-c1 to h2-c1']);
});

test('a neighbour that nobody sent to, and a missing one, are faults', () => {
  const findings = [host('h1', '10.99.0.11', [two.address, '10.5.122.99']), host('h2', '10.99.0.12', [])];
  assert.deepEqual(faultsIn([crossing], findings), [
    'h1 has neighbours [10.5.122.254 10.5.122.99], sent to were [10.5.122.254]',
    'h2 has neighbours [], sent to were [10.5.111.222]',
  ]);
});

test('the tables name things as the lab does and fit into 80 columns', () => {
  const findings = [host('h1', '10.99.0.11', [two.address]), host('h2', '10.99.0.12', [])];
  const tables = [
    roundTripTable([crossing]),
    neighbourTable(findings, [one, two]),
    forwardingTable(findings),
    missTable(findings),
  ];
  assert.match(
    tables[0] ?? '',
    /h1-c1 10\.5\.111\.222 . h2-c1 10\.5\.122\.254 . h1, h2 +. +12\.500 ms . +0\.250 ms/,
  );
  assert.match(tables[1] ?? '', /h1 . h2-c1 10\.5\.122\.254 . 02:00:00:00:00:0c . PERMANENT/);
  assert.match(tables[2] ?? '', /h1 . 02:00:00:00:00:0c . h2 10\.99\.0\.12 +. PERMANENT/);
  assert.match(tables[3] ?? '', /answered +. +3 . +3/);
  assert.match(tables[3] ?? '', /refused: EEXIST +. +1 . +0/);
  assert.match(tables[3] ?? '', /no lease +. +4 . +4/);
  for (const line of tables.join('\n').split('\n')) {
    assert.ok(line.length <= 80, `${line.length} columns: ${line}`);
  }
});
