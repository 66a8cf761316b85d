import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { call } from './fake-surroundings.ts';

const question = {
  controlSocket: '/run/l3missd/control.sock',
  json: false,
  logLevel: 'info',
  version: '1.2.3',
};

describe('the commands that ask the daemon', () => {
  it('misses has its defaults and options, with a filter that leaves out what was not given', async () => {
    assert.deepEqual((await call(['misses'])).misses, [{ ...question, follow: false, query: {} }]);
    const query = {
      outcome: 'no-lease',
      subnet: { address: 0x0a050700, length: 24 },
      sinceSeconds: 91,
    };
    const args = ['misses', '-follow', '--outcome=no-lease', '-subnet', '10.5.7.0/24', '-since', '1m30s1ms'];
    assert.deepEqual((await call(args)).misses, [{ ...question, follow: true, query }]);
    const environment = {
      L3MISSD_MISSES_OUTCOME: 'no-lease',
      L3MISSD_MISSES_SUBNET: '10.5.7.0/24',
      L3MISSD_MISSES_SINCE: '91s',
    };
    const { misses } = await call(['misses', '--json'], { environment });
    assert.deepEqual(misses, [{ ...question, json: true, follow: false, query }]);
    assert.deepEqual((await call(['misses', '-since=0'])).misses[0]?.query, { sinceSeconds: 0 });
    const empty = { L3MISSD_MISSES_OUTCOME: '', L3MISSD_MISSES_SUBNET: '', L3MISSD_MISSES_SINCE: '' };
    assert.deepEqual((await call(['misses'], { environment: empty })).misses[0]?.query, {});
  });

  it('lookup takes an address, before and behind its options', async () => {
    for (const args of [
      ['lookup', '10.5.7.2', '--json'],
      ['lookup', '--json', '10.5.7.2'],
      ['lookup', '--json', '--', '10.5.7.2'],
    ]) {
      assert.deepEqual((await call(args)).lookup, [{ ...question, json: true, address: 0x0a050702 }]);
    }
  });

  it('top, leases and doctor have their defaults and options', async () => {
    for (const name of ['top', 'leases', 'doctor'] as const) {
      assert.deepEqual((await call([name]))[name], [question]);
      const other = await call([name, '--json', '--control-socket', '/x', '--log-level=debug']);
      assert.deepEqual(other[name], [{ ...question, controlSocket: '/x', json: true, logLevel: 'debug' }]);
    }
  });
});
