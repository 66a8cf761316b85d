import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { describeError } from '../../src/base/fault.ts';
import { clock } from '../../src/diagnosis/checks/clock.ts';
import { DiagnosisFault } from '../../src/diagnosis/diagnosis-fault.ts';
import { fakeGround } from './fixture.ts';

test("the clock of etcd's host is read from its answer", async (t) => {
  let behind = 0;
  let tellsDate = true;
  const server = createServer((_, response) => {
    response.sendDate = false;
    if (tellsDate) {
      response.setHeader('date', new Date(Date.now() - behind).toUTCString());
    }
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const look = (...etcdEndpoints: string[]) =>
    clock.look(fakeGround({ clock: systemClock, etcdEndpoints }).ground);

  assert.equal((await look(endpoint)).state, 'good');
  assert.equal((await look('http://127.0.0.1:1', endpoint)).state, 'good', 'another member answers');
  behind = 5000;
  const { state, found } = await look(endpoint);
  assert.equal(state, 'doubtful');
  assert.match(found, /^this host's clock is (4\.[5-9]|5\.[0-5]) s ahead of etcd's/);
  behind = -5000;
  assert.match((await look(endpoint)).found, /behind etcd's/);
  tellsDate = false;
  await assert.rejects(async () => look(endpoint), DiagnosisFault);
  const away = await Promise.resolve(look('http://127.0.0.1:1')).catch(describeError);
  assert.match(String(away), /no date in its answer.*ECONNREFUSED/);
});
