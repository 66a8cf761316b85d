import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Log, silentLog } from '../../src/base/log.ts';
import { text } from '../../src/status/answers.ts';
import type { Routes } from '../../src/status/http-server.ts';
import { statsSchema } from '../../src/status/stats.ts';
import { StatusFault } from '../../src/status/status-fault.ts';
import { startStatusServer } from '../../src/status/status-server.ts';
import { until } from '../support/until.ts';
import { sampleSources } from './sample-sources.ts';
import { sampleStats } from './sample-stats.ts';

interface Given {
  readonly ip?: string;
  readonly routes?: Routes;
  readonly requestLimit?: number;
  readonly log?: Log;
}

async function start(t: TestContext, given: Given = {}) {
  const { ip = '127.0.0.1', routes = {}, requestLimit = 5000, log = silentLog } = given;
  const { sources } = sampleSources();
  const address = { ip, port: 0 };
  const server = await startStatusServer({ address, sources, routes, requestLimit, log, version: '1.2.3' });
  t.after(() => server.close().catch(() => undefined));
  return { port: server.port, url: (path: string) => `http://${ip}:${server.port}${path}` };
}

/** A connection that the test ends at the latest; what goes wrong on it is no failure. */
function connect(t: TestContext, port: number): Socket {
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  t.after(() => socket.destroy());
  return socket;
}

/** Writes to a new connection and gives all that comes until it ends. */
async function exchange(t: TestContext, port: number, request: string): Promise<string> {
  const socket = connect(t, port);
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(request);
  // A server that does not read on resets the connection, which is no failure here.
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

describe('the status address', () => {
  it('serves metrics, JSON and what it was given beside, with the version', async (t) => {
    const { url } = await start(t, { routes: { '/': () => text(200, 'the page') } });
    const metrics = await fetch(url('/metrics'));
    assert.equal(metrics.headers.get('x-l3missd-version'), '1.2.3');
    assert.match(await metrics.text(), /^l3missd_ready 1$/m);
    assert.deepEqual(statsSchema.parse(await (await fetch(url('/v1/stats'))).json()), sampleStats);
    assert.equal(await (await fetch(url('/'))).text(), 'the page');
    for (const path of ['/healthz', '/readyz', '/v1/doctor']) {
      assert.equal((await fetch(url(path))).status, 404, path);
    }
  });

  it('only reads: every other method is refused', async (t) => {
    const { url } = await start(t);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      for (const path of ['/metrics', '/v1/misses', '/v1/misses/follow']) {
        assert.equal((await fetch(url(path), { method })).status, 405, `${method} ${path}`);
      }
    }
    assert.equal((await fetch(url('/metrics'), { method: 'HEAD' })).status, 200);
  });

  it('says what cannot be asked', async (t) => {
    const { url } = await start(t);
    for (const question of [
      '/metrics?x=1',
      '/v1/misses?outcome=fine',
      '/v1/misses?outcome=no-lease&outcome=refused',
      '/v1/misses?subnet=10.5.7.1/24',
      '/v1/misses/follow?subnet=10.5.7.1/24',
      '/v1/lookup?address=x',
      '/v1/lookup?address=10.5.1.1&address=foo',
      '/v1/top?limit=0',
      '/v1/top?span=day',
      '/v1/latency?span=',
    ]) {
      const answer = await fetch(url(question));
      assert.equal(answer.status, 400, question);
      assert.match(await answer.text(), /^[^\n]+; allowed: [^\n]+$/);
    }
  });

  it('warns when others than this host can reach it', async (t) => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) };
    await start(t, { log });
    await start(t, { ip: '127.9.9.9', log });
    assert.deepEqual(warnings, []);
    await start(t, { ip: '0.0.0.0', log });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /not a loopback address/);
  });

  it('lets no page read it by a name of its own, where it is on loopback', async (t) => {
    const ask = (port: number, host: string) =>
      exchange(t, port, `GET /v1/leases HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const { port } = await start(t);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'xlocalhost', '']) {
      assert.match(
        await ask(port, host),
        /^HTTP\/1\.1 421 .*\r\n\r\nHost: "[^\n]*; allowed: localhost or an address/s,
        host,
      );
    }
    for (const host of ['localhost', `LOCALHOST:${port}`, '127.0.0.1', `10.0.0.1:${port}`, `[::1]:${port}`]) {
      assert.match(await ask(port, host), /^HTTP\/1\.1 200 /, host);
    }
    assert.match(await exchange(t, port, 'GET /v1/leases HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /);
    const { port: open } = await start(t, { ip: '0.0.0.0' });
    assert.match(
      await ask(open, 'node1.example'),
      /^HTTP\/1\.1 200 /,
      'a name in a Prometheus configuration',
    );
  });

  it('names the option when the address cannot be had', async (t) => {
    const { port } = await start(t);
    const { sources } = sampleSources();
    const given = { sources, routes: {}, log: silentLog, version: '1.2.3' };
    for (const [address, found] of [
      [{ ip: '127.0.0.1', port }, `127.0.0.1:${port} is in use`],
      [{ ip: '192.0.2.1', port: 9477 }, '192.0.2.1 is no address of this host'],
    ] as const) {
      await assert.rejects(
        startStatusServer({ ...given, address }),
        (error) =>
          error instanceof StatusFault && error.message.startsWith(`--status-address: ${found}; allowed: `),
      );
    }
  });
});

describe('the status address under bad clients', () => {
  it('knows exact paths only: dots and slashes lead nowhere', async (t) => {
    const { port } = await start(t);
    for (const path of [
      '/../metrics',
      '/v1/../metrics',
      '/./metrics',
      '/metrics/.',
      '/%2e%2e/metrics',
      '//metrics',
      '/metrics/',
      '/../../../../etc/passwd',
      '/__proto__',
    ]) {
      const answer = await exchange(
        t,
        port,
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 404 /, path);
    }
  });

  it('refuses 10 MiB of headers and of body without reading them', async (t) => {
    const { port, url } = await start(t);
    const size = 10 * 1024 * 1024;
    const large = 'x'.repeat(size);
    const head = `GET /metrics HTTP/1.1\r\nHost: localhost\r\n`;
    assert.match(await exchange(t, port, `${head}A: ${large}\r\n\r\n`), /^(HTTP\/1\.1 431 |$)/);
    assert.match(
      await exchange(t, port, `GET /${large} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
      /^(HTTP\/1\.1 431 |$)/,
    );
    const post = `POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n${large}`;
    assert.match(await exchange(t, port, post), /^(HTTP\/1\.1 405 |$)/);
    assert.equal((await fetch(url('/metrics'))).status, 200);
  });

  it('keeps 64 of a thousand clients that ask for nothing, and none of them for longer than the limit', async (t) => {
    const { port, url } = await start(t, { requestLimit: 500 });
    const began = performance.now();
    const clients = Array.from({ length: 1000 }, () => connect(t, port));
    let open = clients.length;
    for (const client of clients) {
      client.on('close', () => {
        open -= 1;
      });
      client.resume();
      client.write('GET /metrics HTTP/1.1\r\nHost:');
    }
    let most = 0;
    await until('all but 64 are gone', () => {
      most = Math.max(most, established(port));
      return open <= 64;
    });
    // One that is being closed may be counted with the one that takes its place.
    assert.ok(most > 0 && most < 2 * 64, `${most} at once`);
    await until('somebody else is answered', async () => {
      const answer = await fetch(url('/metrics')).catch(() => undefined);
      return answer?.status === 200;
    });
    await until('all are gone', () => open === 0);
    // Some twice the limit, elsewhere than on a machine that others share.
    assert.ok(performance.now() - began < 10_000, `${performance.now() - began} ms`);
  });

  it('drops who does not read a large answer, and answers others meanwhile', async (t) => {
    const large = Buffer.alloc(8 * 1024 * 1024);
    const { port, url } = await start(t, {
      requestLimit: 500,
      routes: { '/large': () => ({ status: 200, type: 'application/octet-stream', body: large }) },
    });
    // No more than the server lets wait.
    const slow = Array.from({ length: 4 }, () => connect(t, port));
    for (const client of slow) {
      client.pause();
      client.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
    }
    const began = performance.now();
    assert.equal((await fetch(url('/metrics'))).status, 200);
    assert.ok(established(port) >= slow.length, 'they waited meanwhile');
    await until('they are dropped', () => established(port) === 0);
    // Some twice the limit, elsewhere than on a machine that others share.
    assert.ok(performance.now() - began < 10_000, `${performance.now() - began} ms`);
  });

  it('drops who does not read the second answer on a connection either', async (t) => {
    const { port } = await start(t, {
      requestLimit: 300,
      routes: { '/large': () => text(200, 'x'.repeat(64 * 1024 * 1024)) },
    });
    const slow = connect(t, port);
    slow.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(slow, 'data');
    slow.pause();
    slow.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until('it is dropped', () => established(port) === 0);
  });

  it('waits for an answer that takes long, and keeps who follows while nothing happens', async (t) => {
    const requestLimit = 100;
    const answer = () => delay(4 * requestLimit).then(() => text(200, 'at last'));
    const { port, url } = await start(t, { requestLimit, routes: { '/slow': answer } });
    const follower = connect(t, port);
    let closed = false;
    follower.on('close', () => {
      closed = true;
    });
    follower.resume().write('GET /v1/misses/follow HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.equal(await (await fetch(url('/slow'))).text(), 'at last');
    assert.ok(!closed);
  });

  it('lets 16 follow, tells the next to come later, and still answers', async (t) => {
    const { port, url } = await start(t);
    const followers = Array.from({ length: 16 }, () => connect(t, port));
    for (const follower of followers) {
      follower.write('GET /v1/misses/follow HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(follower, 'data');
    }
    assert.equal((await fetch(url('/v1/misses/follow'))).status, 503);
    assert.equal((await fetch(url('/metrics'))).status, 200);
    followers[0]?.destroy();
    await until('one may follow again', async () => {
      const answer = await fetch(url('/v1/misses/follow'));
      await answer.body?.cancel();
      return answer.status === 200;
    });
  });
});

/** How many connections the server of that port has (proc(5), /proc/net/tcp: state 1 is ESTABLISHED, inode 0 not accepted yet). */
function established(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((row) => row[1]?.endsWith(local) && row[3] === '01' && row[9] !== '0').length;
}
