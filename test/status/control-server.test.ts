import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { z } from 'zod';
import { silentLog } from '../../src/base/log.ts';
import { json } from '../../src/status/answers.ts';
import { ask, fetchStats } from '../../src/status/control-client.ts';
import { startControlServer } from '../../src/status/control-server.ts';
import type { StatusServer } from '../../src/status/http-server.ts';
import { STATS_PATH } from '../../src/status/paths.ts';
import { StatusFault } from '../../src/status/status-fault.ts';
import { sampleStats } from './sample-stats.ts';
import { temporaryFolder, useUmask } from './temporary-folder.ts';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

async function start(t: TestContext, path: string, requestLimit = 5000): Promise<StatusServer> {
  const routes = { [STATS_PATH]: () => json(sampleStats) };
  const server = await startControlServer({ path, routes, version: '1.2.3', log: silentLog, requestLimit });
  t.after(() => server.close().catch(() => undefined));
  return server;
}

function refuses(path: string, found: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StatusFault);
    assert.ok(error.message.startsWith(`${path}: `), error.message);
    assert.match(error.message, found);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}

async function listen(t: TestContext, server: Server, path: string): Promise<void> {
  server.listen(path);
  await once(server, 'listening');
  t.after(() => server.close());
}

describe('control socket', () => {
  it('carries the statistics', async (t) => {
    const path = join(temporaryFolder(t), 'control.sock');
    await start(t, path);
    assert.deepEqual(await fetchStats(path), sampleStats);
  });

  for (const mask of [0o000, 0o077]) {
    it(`has mode 0660 in folders of mode 0755 under umask ${mask.toString(8)}, and leaves the umask`, async (t) => {
      const folder = temporaryFolder(t);
      const path = join(folder, 'run', 'l3missd', 'control.sock');
      useUmask(t, mask);
      await start(t, path);
      assert.deepEqual(
        [modeOf(path), modeOf(join(folder, 'run')), modeOf(join(folder, 'run', 'l3missd'))],
        ['660', '755', '755'],
      );
      assert.equal(process.umask(), mask);
    });
  }

  it('is removed at the end', async (t) => {
    const path = join(temporaryFolder(t), 'control.sock');
    const server = await start(t, path);
    assert.ok(existsSync(path));
    await server.close();
    assert.ok(!existsSync(path));
  });

  it('refuses a second daemon and names the first', async (t) => {
    const path = join(temporaryFolder(t), 'control.sock');
    await start(t, path);
    await assert.rejects(start(t, path), refuses(path, /another l3missd \(pid 4711\) answers there/));
    assert.deepEqual(await fetchStats(path), sampleStats);
  });

  it('refuses a socket on which something else listens', async (t) => {
    const path = join(temporaryFolder(t), 'control.sock');
    await listen(
      t,
      createServer((socket) => socket.on('error', () => undefined).end('hello\n')),
      path,
    );
    await assert.rejects(start(t, path), refuses(path, /another process answers there/));
    assert.ok(lstatSync(path).isSocket());
  });

  it('replaces a socket whose process was killed', async (t) => {
    const path = join(temporaryFolder(t), 'control.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(lstatSync(path).isSocket());
    await start(t, path);
    assert.deepEqual(await fetchStats(path), sampleStats);
  });

  it('never touches what is not a socket', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'file');
    const link = join(folder, 'link');
    const directory = join(folder, 'directory');
    writeFileSync(file, 'precious');
    symlinkSync(file, link);
    mkdirSync(directory);
    for (const path of [file, link, directory]) {
      await assert.rejects(start(t, path), refuses(path, /exists and is not a socket/));
    }
    assert.equal(readFileSync(link, 'utf8'), 'precious');
    assert.ok(lstatSync(directory).isDirectory());
  });

  it('names the socket when its folder cannot be made', async (t) => {
    const file = join(temporaryFolder(t), 'file');
    writeFileSync(file, '');
    const path = join(file, 'control.sock');
    await assert.rejects(start(t, path), refuses(path, /--control-socket names it/));
  });

  it('drops a slow client and serves the others meanwhile', async (t) => {
    const path = join(temporaryFolder(t), 'control.sock');
    await start(t, path, 200);
    const slow = createConnection({ path });
    t.after(() => slow.destroy());
    slow.resume();
    slow.write('GET /v1/stats HTTP/1.1\r\nHost:');
    assert.deepEqual(await fetchStats(path), sampleStats);
    const began = performance.now();
    await once(slow, 'close');
    assert.ok(performance.now() - began < 3000);
  });

  it('refuses headers of more than 8 KiB, other paths and other methods', async (t) => {
    const path = join(temporaryFolder(t), 'control.sock');
    await start(t, path);
    assert.match(
      await exchange(path, `GET /v1/stats HTTP/1.1\r\nHost: localhost\r\nA: ${'a'.repeat(9000)}\r\n\r\n`),
      / 431 /,
    );
    assert.match(
      await exchange(path, 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
      / 404 /,
    );
    assert.match(
      await exchange(path, 'DELETE /v1/stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
      / 405 /,
    );
    assert.match(
      await exchange(path, 'POST /v1/stats HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n'),
      / 405 /,
    );
    assert.match(await exchange(path, 'nonsense\r\n\r\n'), / 400 /);
  });

  it('closes at once although a client stays connected', async (t) => {
    const path = join(temporaryFolder(t), 'control.sock');
    const server = await start(t, path);
    const idle = createConnection({ path });
    t.after(() => idle.destroy());
    idle.on('error', () => undefined);
    await once(idle, 'connect');
    const began = performance.now();
    await server.close();
    assert.ok(performance.now() - began < 1000);
  });
});

describe('asking for statistics', () => {
  it('says that no daemon answers when there is nothing or no socket', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'file'), '');
    for (const name of ['nothing', 'file']) {
      const path = join(folder, name);
      await assert.rejects(
        fetchStats(path),
        refuses(path, /no l3missd answers there; allowed: .*systemctl start l3missd/),
      );
    }
  });

  const answers: [name: string, answer: string][] = [
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['another status', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'],
    ['no JSON', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    ['other JSON', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'],
    ['half an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"version":'],
    ['nothing', ''],
  ];
  for (const [name, answer] of answers) {
    it(`does not take a stranger for the daemon: ${name}`, async (t) => {
      const path = join(temporaryFolder(t), 'control.sock');
      await listen(
        t,
        createServer((socket) =>
          socket
            .on('error', () => undefined)
            .resume()
            .end(answer),
        ),
        path,
      );
      await assert.rejects(fetchStats(path), refuses(path, /what answers there is not this l3missd/));
    });
  }

  it('says so when the daemon is of another version, whatever it answers', async (t) => {
    const path = join(temporaryFolder(t), 'control.sock');
    const routes = { [STATS_PATH]: () => json({ of: 'another version' }) };
    const server = await startControlServer({ path, routes, version: '1.2.3', log: silentLog });
    t.after(() => server.close());
    const message = /l3missd 1\.2\.3 answers there, and this is 1\.3\.0; allowed: .*restart the daemon/;
    await assert.rejects(fetchStats(path, 5000, '1.3.0'), refuses(path, message));
    await assert.rejects(
      ask(path, { path: STATS_PATH, schema: z.unknown() }, '1.3.0'),
      refuses(path, message),
    );
    const unknown = { path: '/v1/new', schema: z.object({}) };
    await assert.rejects(ask(path, unknown, '1.3.0'), refuses(path, message));
    await assert.rejects(fetchStats(path, 5000, '1.2.3'), refuses(path, /is not this l3missd/));
  });

  it('reads no more than it must of an endless answer', async (t) => {
    const path = join(temporaryFolder(t), 'control.sock');
    const flood = createHttpServer((_, response) => {
      const chunk = 'x'.repeat(65_536);
      const push = () => {
        while (response.write(chunk)) {}
      };
      response.on('drain', push).on('error', () => undefined);
      push();
    });
    await listen(t, flood, path);
    // As much as it reads at most takes seconds on a slow machine.
    await assert.rejects(fetchStats(path, 60_000), refuses(path, /what answers there is not this l3missd/));
    flood.closeAllConnections();
  });

  for (const [name, start] of [
    ['no answer', ''],
    ['no end of the answer', 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{'],
  ] as const) {
    it(`gives up when there is ${name}`, async (t) => {
      const path = join(temporaryFolder(t), 'control.sock');
      const slow = createServer((socket) =>
        socket
          .on('error', () => undefined)
          .resume()
          .write(start),
      );
      await listen(t, slow, path);
      const began = performance.now();
      await assert.rejects(
        fetchStats(path, 100),
        refuses(path, /no answer in time; allowed: .*journalctl -u l3missd/),
      );
      assert.ok(performance.now() - began < 1500);
    });
  }
});

/** What the server says to these bytes, until it closes the connection. */
async function exchange(path: string, bytes: string): Promise<string> {
  const socket = createConnection({ path });
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}
