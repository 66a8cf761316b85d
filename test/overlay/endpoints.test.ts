import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { Endpoints } from '../../src/overlay/endpoints.ts';
import { recordingLog } from '../support/lease-samples.ts';
import { leaseOf, macOf } from './fixture.ts';

const ELSEWHERE = parseIpv4('10.99.0.70');

test('tells where a MAC is when a lease names it first, and that it is nowhere with its last one', () => {
  const endpoints = new Endpoints(recordingLog());
  const second = leaseOf(8, { mac: macOf(7), publicIp: leaseOf(7).publicIp });
  const here = { mac: macOf(7), endpoint: leaseOf(7).publicIp };
  assert.deepEqual(endpoints.prepare([{ after: leaseOf(7) }]), [here]);
  assert.deepEqual(endpoints.prepare([{ after: second }]), []);
  assert.deepEqual(endpoints.prepare([{ before: leaseOf(7) }]), []);
  assert.deepEqual(endpoints.prepare([{ before: second }]), [{ mac: macOf(7), endpoint: undefined }]);
  assert.deepEqual(endpoints.prepare([{ after: leaseOf(7) }]), [here], 'nothing of it was kept');
});

test('tells of a lease that moves, and of one that changes its MAC both ends', () => {
  const endpoints = new Endpoints(recordingLog());
  endpoints.prepare([{ after: leaseOf(7) }]);
  const moved = leaseOf(7, { publicIp: ELSEWHERE });
  assert.deepEqual(endpoints.prepare([{ before: leaseOf(7), after: moved }]), [
    { mac: macOf(7), endpoint: ELSEWHERE },
  ]);
  const renamed = leaseOf(7, { publicIp: ELSEWHERE, mac: macOf(9) });
  assert.deepEqual(endpoints.prepare([{ before: moved, after: renamed }]), [
    { mac: macOf(7), endpoint: undefined },
    { mac: macOf(9), endpoint: ELSEWHERE },
  ]);
});

test('of leases that disagree about a MAC the one written last counts, and the log names both', () => {
  const log = recordingLog();
  const endpoints = new Endpoints(log);
  const later = leaseOf(8, { mac: macOf(7) });
  assert.deepEqual(endpoints.prepare([{ after: later }, { after: leaseOf(7) }]), [
    { mac: macOf(7), endpoint: later.publicIp },
  ]);
  assert.match(log.lines.join('\n'), /two leases name one MAC/);
});
