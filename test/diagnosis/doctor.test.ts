import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine } from '../../src/diagnosis/doctor.ts';
import { doctorRoutes } from '../../src/diagnosis/doctor-route.ts';
import type { Check } from '../../src/diagnosis/ground.ts';
import { good } from '../../src/diagnosis/outcome.ts';
import { StoreFault } from '../../src/leases/faults.ts';
import { statusRoutes } from '../../src/status/api.ts';
import type { Finding } from '../../src/status/finding.ts';
import { DOCTOR_PATH } from '../../src/status/paths.ts';
import { QuestionFault } from '../../src/status/question.ts';
import { fakeGround } from './fixture.ts';

const fine: Check = { name: 'fine', look: () => good('all is well') };

test('what throws and what hangs is unknown, and keeps nothing else from being looked at', async () => {
  const { ground, clock } = fakeGround();
  const throwing: Check = {
    name: 'throwing',
    look: () => {
      throw new StoreFault('etcd', 'gone', 'an etcd that answers');
    },
  };
  const hanging: Check = { name: 'hanging', look: () => new Promise(() => undefined) };
  const examined = examine({ ...ground, standing: () => ground.standing }, [throwing, hanging, fine], fine);
  await clock.advance(4000);
  const findings = await examined;
  assert.deepEqual(
    findings.map(({ check, state }) => [check, state]),
    [
      ['throwing', 'unknown'],
      ['hanging', 'unknown'],
      ['fine', 'good'],
      ['fine', 'good'],
    ],
  );
  assert.equal(findings[0]?.found, 'it could not be looked at: etcd: gone; allowed: an etcd that answers');
  assert.deepEqual([findings[0]?.mend, findings[0]?.note], [null, 'it needs an etcd that answers']);
  assert.equal(findings[1]?.found, 'no result within 4 s');
});

test('the last check begins when the others are done, and the way to other hosts is tried once', async () => {
  const { ground, clock } = fakeGround();
  const order: string[] = [];
  let tried: unknown;
  const slow: Check = {
    name: 'slow',
    look: async ({ reach }) => {
      tried = reach();
      await clock.sleep(100, new AbortController().signal);
      order.push('slow');
      return good('');
    },
  };
  const quick: Check = {
    name: 'quick',
    look: ({ reach }) => {
      assert.equal(reach(), tried);
      return good('');
    },
  };
  const last: Check = {
    name: 'last',
    look: () => {
      order.push('last');
      return good('');
    },
  };
  const standing = { ...ground.standing, leases: [] };
  const examined = examine({ ...ground, standing: () => standing }, [slow, quick], last);
  await clock.advance(100);
  const states = (await examined).map(({ state }) => state);
  assert.deepEqual(
    [order, states],
    [
      ['slow', 'last'],
      ['good', 'good', 'good'],
    ],
  );
});

test('one examination at a time, which takes no parameters', async () => {
  const finish: ((findings: Finding[]) => void)[] = [];
  const route = doctorRoutes(() => new Promise((resolve) => finish.push(resolve)))[DOCTOR_PATH];
  assert.ok(typeof route === 'function');
  await assert.rejects(async () => route(new URLSearchParams('quick=1')), QuestionFault);
  const first = route(new URLSearchParams());
  assert.equal((await route(new URLSearchParams())).status, 503);
  finish[0]?.([]);
  assert.deepEqual([(await first).status, (await first).body], [200, '[]']);
  const second = route(new URLSearchParams());
  finish[1]?.([]);
  assert.equal((await second).status, 200);
});

test('an examination that fails lets the next one begin', async () => {
  const route = doctorRoutes(() => Promise.reject(new StoreFault('a', 'b', 'c')))[DOCTOR_PATH];
  assert.ok(typeof route === 'function');
  await assert.rejects(async () => route(new URLSearchParams()), StoreFault);
  await assert.rejects(async () => route(new URLSearchParams()), StoreFault);
});

test('what changes something is no question of --status-address', () => {
  const never = () => assert.fail();
  const sources = { stats: never, kernel: never, leases: never, lookup: never };
  const paths = Object.keys(statusRoutes({ ...sources, observer: never as never }));
  assert.ok(paths.length > 5 && !paths.includes(DOCTOR_PATH), paths.join(' '));
});
