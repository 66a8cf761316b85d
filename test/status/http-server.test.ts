import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request as send } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.ts';
import { json, text } from '../../src/status/answers.ts';
import { closeServer, createStatusServer, type Routes } from '../../src/status/http-server.ts';
import { numberIn, readQuestion } from '../../src/status/question.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 300;

async function serve(t: TestContext, routes: Routes, requestLimit = LIMIT_MS): Promise<number> {
  const server = createStatusServer(routes, { log: silentLog, requestLimit });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => closeServer(server));
  return (server.address() as AddressInfo).port;
}

async function read(port: number, path: string): Promise<{ status: number | undefined; body: string }> {
  const response = await request(port, path);
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) {
    body += chunk;
  }
  return { status: response.statusCode, body };
}

function request(port: number, path: string, method = 'GET'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    send({ host: '127.0.0.1', port, path, method, agent: false }, resolve).on('error', reject).end();
  });
}

const ROUTES: Routes = {
  '/hello': () => text(200, 'hello'),
  '/number': (parameters) =>
    json(readQuestion(parameters, ['n'], (given) => numberIn(given, 'n', [1, 9], 5))),
  '/broken': () => Promise.reject(new RangeError('no reason')),
};

test('a question is answered with its parameters', async (t) => {
  const port = await serve(t, ROUTES);
  assert.deepEqual(await read(port, '/number'), { status: 200, body: '5' });
  assert.deepEqual(await read(port, '/number?n=7'), { status: 200, body: '7' });
});

test('parameters that cannot be are named', async (t) => {
  const port = await serve(t, ROUTES);
  for (const [path, found] of [
    ['/number?n=10', /^n: "10"; allowed: a whole number from 1 to 9$/],
    ['/number?n=', /^n: ""; allowed/],
    ['/number?n=7&n=10', /^n: given more than once; allowed: each parameter once$/],
    ['/number?m=1', /^m: no such parameter; allowed: n$/],
  ] as const) {
    const { status, body } = await read(port, path);
    assert.equal(status, 400);
    assert.match(body, found);
  }
});

test('a failure is an answer without its reason', async (t) => {
  const port = await serve(t, ROUTES);
  assert.deepEqual(await read(port, '/broken'), { status: 500, body: 'internal error' });
});

test('dots in a path lead nowhere', async (t) => {
  const port = await serve(t, ROUTES);
  for (const path of [
    '/../hello',
    '/./hello',
    '/x/../hello',
    '/%2e%2e/hello',
    '/hello/',
    '//hello',
    '/toString',
  ]) {
    assert.equal((await read(port, path)).status, 404, path);
  }
});

test('more than 64 connections are closed, and the others are served', async (t) => {
  const port = await serve(t, ROUTES);
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) {
      socket.destroy();
    }
  });
  let closed = 0;
  for (let n = 0; n < 1000; n++) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.once('close', () => {
      closed += 1;
    });
    sockets.push(socket.resume());
  }
  while (closed < 1000 - 64) {
    await delay(10);
  }
  const one = sockets.find((socket) => !socket.destroyed && socket.readyState === 'open');
  one?.write('GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n');
  assert.match(String((await once(one ?? sockets[0] ?? assert.fail(), 'data'))[0]), / 200 /);
});

test('a client that does not read its answer is dropped, and holds nobody up', async (t) => {
  const port = await serve(t, { ...ROUTES, '/large': () => text(200, 'x'.repeat(32 * 1024 * 1024)) });
  const slow = connect(port, '127.0.0.1').on('error', () => undefined);
  slow.pause();
  slow.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(slow, 'connect');
  await until('somebody else is answered', async () => (await read(port, '/hello')).status === 200);
  await delay(LIMIT_MS * 4);
  slow.resume();
  let size = 0;
  slow.on('data', (chunk) => {
    size += chunk.length;
  });
  await once(slow, 'close');
  assert.ok(size < 32 * 1024 * 1024, `${size} bytes came`);
});

test('large answers that nobody reads are as many as a bound allows, and small ones are given all the same', async (t) => {
  const large = 'x'.repeat(16 * 1024 * 1024);
  const port = await serve(t, { ...ROUTES, '/large': () => text(200, large) }, 10_000);
  const slow = await Promise.all([request(port, '/large'), request(port, '/large')]);
  for (const response of slow) {
    response.on('error', () => undefined).pause();
  }
  const refused = await read(port, '/large');
  assert.deepEqual([refused.status, refused.body], [503, 'too much waits for others to read it']);
  assert.equal((await read(port, '/hello')).status, 200);
  for (const response of slow) {
    response.destroy();
  }
  await until('there is room again', async () => (await read(port, '/large')).status === 200);
});

test('who leaves before the answer takes up no room for others', async (t) => {
  const large = text(200, 'x'.repeat(20 * 1024 * 1024));
  let answer = (_: typeof large): void => undefined;
  const asked = () =>
    new Promise<typeof large>((resolve) => {
      answer = resolve;
    });
  const port = await serve(t, { '/slow': asked, '/large': () => large }, 10_000);
  const leaver = connect(port, '127.0.0.1').on('error', () => undefined);
  leaver.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const early = answer;
  await until('it is asked', () => answer !== early);
  leaver.destroy();
  await delay(50);
  answer(large);
  const waiting = await request(port, '/large');
  assert.equal(waiting.statusCode, 200);
  waiting.destroy();
});

test('a client that asks again before it was answered is dropped, and leaves nothing behind', async (t) => {
  let asked = 0;
  const port = await serve(t, {
    ...ROUTES,
    '/count': () => {
      asked += 1;
      return text(200, 'counted');
    },
  });
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.resume().write('GET /count HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1000));
  await once(socket, 'close');
  assert.ok(asked <= 1, `${asked} were answered`);
  assert.equal((await read(port, '/hello')).status, 200);
});

test('followers are told of events until they leave, sixteen at most', async (t) => {
  const told = new Set<(event: string, data: unknown) => void>();
  const port = await serve(t, {
    '/follow': {
      follow: (_parameters, tell) => {
        told.add(tell);
        return () => void told.delete(tell);
      },
    },
  });
  const followers = await Promise.all(Array.from({ length: 16 }, () => request(port, '/follow')));
  assert.equal((await read(port, '/follow')).status, 503);
  const [first] = followers;
  for (const tell of told) {
    tell('miss', { number: 1 });
  }
  let heard = '';
  for await (const chunk of first?.setEncoding('utf8') ?? []) {
    heard += chunk;
    if (heard.includes('number')) {
      break;
    }
  }
  assert.match(heard, /event: miss\ndata: \{"number":1\}\n\n/);
  for (const follower of followers) {
    follower.destroy();
  }
  while (told.size > 0) {
    await delay(5);
  }
  const again = await request(port, '/follow');
  assert.equal(again.statusCode, 200);
  again.destroy();
});

test("HEAD on a stream is answered at once, and takes nobody's place", { timeout: 20_000 }, async (t) => {
  let listening = 0;
  const port = await serve(t, {
    '/follow': {
      follow: (parameters) => {
        readQuestion(parameters, ['n'], (given) => numberIn(given, 'n', [1, 9], 5));
        listening += 1;
        return () => {
          listening -= 1;
        };
      },
    },
  });
  for (let n = 0; n < 20; n++) {
    const { statusCode, headers } = (await request(port, '/follow', 'HEAD')).resume();
    assert.deepEqual([statusCode, headers['content-type']], [200, 'text/event-stream; charset=utf-8']);
  }
  assert.equal(listening, 0);
  assert.equal((await request(port, '/follow?n=x', 'HEAD')).resume().statusCode, 400);
  const follower = await request(port, '/follow');
  assert.equal(follower.statusCode, 200);
  follower.destroy();
});

test('a follower that does not read is dropped when a mebibyte waits for it', async (t) => {
  let tellOne: (event: string, data: unknown) => void = () => undefined;
  let left = false;
  const port = await serve(t, {
    '/follow': {
      follow: (_parameters, tell) => {
        tellOne = tell;
        return () => {
          left = true;
        };
      },
    },
  });
  const slow = await request(port, '/follow');
  slow.on('error', () => undefined);
  slow.pause();
  for (let n = 0; n < 10_000 && !left; n++) {
    tellOne('miss', 'x'.repeat(10_000));
    await delay(0);
  }
  assert.ok(left);
});
