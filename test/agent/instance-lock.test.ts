import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { acquireInstanceLock, InstanceFault, lockName } from '../../src/agent/instance-lock.ts';

/** A device that no other test and no daemon has. */
const device = (name: string) => `l3m-${name}-${process.pid}`;
const holder = { controlSocket: '/run/x/control.sock' };

function refuses(name: string, who: string) {
  return (error: unknown) =>
    error instanceof InstanceFault && error.message.startsWith(`${name}: ${who} already runs it`);
}

/** Another process that holds the lock until it is killed. */
async function spawnHolder(t: TestContext, name: string, prefix: string[] = []): Promise<ChildProcess> {
  const script = `
    import { acquireInstanceLock } from ${JSON.stringify(new URL('../../src/agent/instance-lock.js', import.meta.url).href)};
    await acquireInstanceLock(${JSON.stringify(name)}, { controlSocket: '/run/other.sock' });
    console.log('locked');
    setInterval(() => undefined, 1000);`;
  const [command = '', ...args] = [...prefix, process.execPath, '--input-type=module', '-e', script];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe('instance lock', () => {
  it('is exclusive per device, and free after its release', async (t) => {
    const name = device('one');
    const lock = await acquireInstanceLock(name, holder);
    t.after(() => lock.release().catch(() => undefined));
    await assert.rejects(acquireInstanceLock(name, holder), refuses(name, `l3missd with pid ${process.pid}`));
    const other = await acquireInstanceLock(device('two'), holder);
    await other.release();
    await lock.release();
    await (await acquireInstanceLock(name, holder)).release();
  });

  it('names the process that holds it and where it answers', async (t) => {
    const name = device('held');
    const child = await spawnHolder(t, name);
    await assert.rejects(acquireInstanceLock(name, holder), (error) => {
      assert.ok(error instanceof InstanceFault);
      assert.equal(
        error.message,
        `${name}: l3missd with pid ${child.pid} already runs it (control socket /run/other.sock); ` +
          'allowed: one daemon per device and network namespace',
      );
      return true;
    });
  });

  it('ends with its process, also when that is killed', async (t) => {
    const name = device('killed');
    const child = await spawnHolder(t, name);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await acquireInstanceLock(name, holder)).release();
  });

  it('goes to exactly one of many that ask at once', async (t) => {
    const name = device('race');
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => acquireInstanceLock(name, holder)),
    );
    const locks = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    t.after(() => Promise.all(locks.map((lock) => lock.release())));
    assert.equal(locks.length, 1);
  });

  for (const [answer, text] of [
    ['no JSON', 'hello'],
    ['other JSON', '{"pid":-1}'],
    ['too much', 'x'.repeat(100_000)],
  ] as const) {
    it(`is refused also by a holder that says ${answer}`, async (t) => {
      const name = device('strange');
      const stranger = createServer((socket) => socket.on('error', () => undefined).end(text));
      stranger.listen(lockName(name));
      await once(stranger, 'listening');
      t.after(() => stranger.close());
      await assert.rejects(acquireInstanceLock(name, holder), refuses(name, 'another process'));
    });
  }

  it('does not listen for long to a holder that never ends', async (t) => {
    const name = device('endless');
    const stranger = createServer((socket) => {
      t.after(() => socket.destroy());
      socket.on('error', () => undefined).write('x'.repeat(100_000));
    });
    stranger.listen(lockName(name));
    await once(stranger, 'listening');
    t.after(() => stranger.close());
    const began = performance.now();
    await assert.rejects(acquireInstanceLock(name, holder), refuses(name, 'another process'));
    assert.ok(performance.now() - began < 900);
  });

  it('is released although somebody stays connected', async (t) => {
    const name = device('clingy');
    const lock = await acquireInstanceLock(name, holder);
    const socket = createConnection({ path: lockName(name), allowHalfOpen: true });
    socket.on('error', () => undefined).resume();
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    await once(socket, 'end');
    const began = performance.now();
    await lock.release();
    assert.ok(performance.now() - began < 1000);
  });

  it('has a name of full length, so that all versions of Node agree about it', async (t) => {
    const name = device('padded');
    const lock = await acquireInstanceLock(name, holder);
    t.after(() => lock.release());
    assert.equal(Buffer.byteLength(lockName(name)), 108);
    // /proc/net/unix shows an abstract name with @ for each of its zero bytes.
    const shown = readFileSync('/proc/net/unix', 'latin1').split(/\s+/);
    assert.ok(shown.includes(`@l3missd/${name}`.padEnd(108, '@')));
  });

  it('holds in its own network namespace alone', async (t) => {
    const unshare = ['unshare', '--user', '--map-root-user', '--net'];
    const probe = spawnSync(unshare[0] ?? '', [...unshare.slice(1), 'true'], { encoding: 'utf8' });
    if (probe.status !== 0) {
      t.skip(`no user namespaces here: ${probe.stderr || probe.error?.message}`);
      return;
    }
    const name = device('apart');
    await spawnHolder(t, name, unshare);
    await (await acquireInstanceLock(name, holder)).release();
  });
});
