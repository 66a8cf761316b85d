import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { createConnection } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { silentLog } from '../../src/base/log.ts';
import { startHealthServer } from '../../src/status/health-server.ts';
import type { Conditions } from '../../src/status/stats.ts';
import { StatusFault } from '../../src/status/status-fault.ts';

const all: Conditions = { device: true, listed: true, subnetFile: true };

async function start(t: TestContext, conditions: () => Conditions = () => all) {
  const server = await startHealthServer({ ip: '127.0.0.1', port: 0, conditions, log: silentLog });
  t.after(() => server.close().catch(() => undefined));
  return { server, url: (path: string) => `http://127.0.0.1:${server.port}${path}` };
}

describe('health server', () => {
  it('says that the daemon runs, whatever is missing', async (t) => {
    const { url } = await start(t, () => ({ device: false, listed: false, subnetFile: false }));
    const response = await fetch(url('/healthz'));
    assert.deepEqual([response.status, await response.text()], [200, 'l3missd is running']);
  });

  it('is ready when every condition holds, and names those that do not', async (t) => {
    let conditions = all;
    const { url } = await start(t, () => conditions);
    const ready = await fetch(url('/readyz'));
    assert.deepEqual([ready.status, await ready.text()], [200, 'l3missd is ready']);
    conditions = { device: true, listed: false, subnetFile: false };
    const unready = await fetch(url('/readyz?verbose'));
    assert.equal(unready.status, 503);
    assert.equal(
      await unready.text(),
      'l3missd is not ready yet: the leases are not listed, the subnet file is not written',
    );
  });

  it('answers HEAD without a body, and refuses other paths and methods', async (t) => {
    const { url } = await start(t);
    const head = await fetch(url('/readyz'), { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '16', '']);
    for (const path of ['/', '/healthz/', '/toString', '/__proto__']) {
      assert.equal((await fetch(url(path))).status, 404, path);
    }
    const post = await fetch(url('/healthz'), { method: 'POST', body: 'x'.repeat(100_000) });
    assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD']);
  });

  it('answers 500 and goes on when the conditions cannot be told', async (t) => {
    const { url } = await start(t, () => {
      throw new TypeError('broken');
    });
    assert.equal((await fetch(url('/readyz'))).status, 500);
    assert.equal((await fetch(url('/healthz'))).status, 200);
  });

  it('names the option when the port is in use', async (t) => {
    const { server } = await start(t);
    await assert.rejects(
      startHealthServer({ ip: '127.0.0.1', port: server.port, conditions: () => all, log: silentLog }),
      (error) =>
        error instanceof StatusFault &&
        error.message.startsWith(`--healthz-port: ${server.port} is in use on 127.0.0.1; allowed: `),
    );
  });

  it('names the option when the address is not of this host', async () => {
    await assert.rejects(
      startHealthServer({ ip: '192.0.2.1', port: 0, conditions: () => all, log: silentLog }),
      (error) => error instanceof StatusFault && error.message.startsWith('--healthz-ip: 192.0.2.1 '),
    );
  });

  it('closes at once although connections are kept open', async (t) => {
    const { server, url } = await start(t);
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    await new Promise<void>((resolve, reject) => {
      request(url('/healthz'), { agent }, (response) => response.resume().on('end', resolve))
        .on('error', reject)
        .end();
    });
    const silent = createConnection({ host: '127.0.0.1', port: server.port });
    silent.on('error', () => undefined);
    t.after(() => silent.destroy());
    await new Promise((resolve) => silent.once('connect', resolve));
    const began = performance.now();
    await server.close();
    assert.ok(performance.now() - began < 1000);
    await assert.rejects(fetch(url('/healthz')));
  });
});
