import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { z } from 'zod';
import { readVersion } from '../../src/agent/version.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { open } from '../../src/status/control-client.ts';
import { eventsIn, followMisses, type Told } from '../../src/status/follow-client.ts';
import type { Miss } from '../../src/status/miss.ts';
import { StatusFault } from '../../src/status/status-fault.ts';
import { RecordedDaemon } from '../cli/recorded-daemon.ts';
import { temporaryFolder } from './temporary-folder.ts';

const begin = (path: string, query = {}, controller = new AbortController(), version = readVersion()) =>
  followMisses(path, query, { signal: controller.signal, version });

/** The next so many things told. */
async function take(stream: AsyncGenerator<Told, void, void>, amount: number): Promise<Told[]> {
  const told: Told[] = [];
  while (told.length < amount) {
    const { value, done } = await stream.next();
    assert.ok(!done && value !== undefined, `it ended after ${told.length}`);
    told.push(value);
  }
  return told;
}

function missOf(told: Told | undefined): Miss {
  assert.ok(told !== undefined && 'miss' in told, JSON.stringify(told));
  return told.miss;
}

const destinationsOf = (told: readonly Told[]) => told.map((one) => missOf(one).destination);

function saying(found: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StatusFault, String(error));
    assert.match(error.message, found);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}

/** A server that is not the daemon. */
async function stranger(t: TestContext, status: number, type: string, body: string, version?: string) {
  const path = join(temporaryFolder(t), 'control.sock');
  const server = createServer((_, response) => {
    const headers = {
      'content-type': type,
      ...(version === undefined ? {} : { 'x-l3missd-version': version }),
    };
    response.writeHead(status, headers);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return path;
}

describe('following misses', () => {
  it('gives each as it comes, with everything that is known of it', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    const controller = new AbortController();
    const stream = await begin(daemon.path, {}, controller);
    daemon.miss('10.5.7.2');
    const [told] = await take(stream, 1);
    const { at: _at, latencyMicroseconds, ...miss } = missOf(told);
    assert.deepEqual(miss, {
      number: 0,
      kind: 'L3',
      phase: 'first',
      outcome: 'answered',
      destination: '10.5.7.2',
      subnet: '10.5.7.0/24',
      vtep: { address: '10.99.0.7', mac: '02:00:00:00:00:07' },
      errno: null,
    });
    assert.ok(latencyMicroseconds !== null && latencyMicroseconds >= 0);
    daemon.miss('10.5.8.1', '10.5.9.1');
    assert.deepEqual(destinationsOf(await take(stream, 2)), ['10.5.8.1', '10.5.9.1']);
    controller.abort();
    assert.deepEqual(await stream.next(), { value: undefined, done: true });
  });

  it('leaves out what the filter does not let pass', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    const controller = new AbortController();
    t.after(() => controller.abort());
    const noLease = await begin(daemon.path, { outcome: 'no-lease' }, controller);
    const subnet = await begin(
      daemon.path,
      { subnet: parsePrefix('10.5.8.0/24'), sinceSeconds: 5 },
      controller,
    );
    daemon.miss('10.5.7.2', '10.5.8.2', '10.5.9.2', '10.5.8.3');
    assert.deepEqual(destinationsOf(await take(noLease, 1)), ['10.5.9.2']);
    assert.deepEqual(destinationsOf(await take(subnet, 2)), ['10.5.8.2', '10.5.8.3']);
  });

  it('says how many were left out when they come faster than they are told', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    const controller = new AbortController();
    t.after(() => controller.abort());
    const stream = await begin(daemon.path, {}, controller);
    daemon.miss(...Array.from({ length: 2500 }, (_, n) => `10.5.7.${n % 256}`));
    const told = await take(stream, 1001);
    assert.deepEqual(
      told.filter((one) => 'skipped' in one),
      [{ skipped: 1500 }],
    );
    assert.equal(missOf(told[999]).number, 2499);
  });

  it('gets those that come at once in few events', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    const response = await open(daemon.path, '/v1/misses/follow', new AbortController().signal);
    t.after(() => response.destroy());
    daemon.miss(...Array.from({ length: 250 }, (_, n) => `10.5.7.${n}`));
    const sizes: number[] = [];
    for await (const event of eventsIn(response.setEncoding('utf8'))) {
      sizes.push(
        ...(event?.name === 'misses' ? [z.array(z.unknown()).parse(JSON.parse(event.data)).length] : []),
      );
      if (sizes.reduce((sum, size) => sum + size, 0) >= 250) {
        break;
      }
    }
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      250,
    );
    assert.ok(sizes.length <= 5 && sizes.every((size) => size <= 100), sizes.join(' '));
  });

  it('throws when the daemon ends', async (t) => {
    const daemon = await RecordedDaemon.start(t);
    const stream = await begin(daemon.path);
    daemon.miss('10.5.7.2');
    await take(stream, 1);
    await daemon.stop();
    await assert.rejects(
      stream.next(),
      saying(/control\.sock: l3missd ended the answer; allowed: another call/),
    );
  });

  it('says what to do where no daemon answers, where it has enough followers, and where it is another version', async (t) => {
    const nowhere = join(temporaryFolder(t), 'control.sock');
    await assert.rejects(
      begin(nowhere),
      saying(/no l3missd answers there; allowed: .*systemctl start l3missd/),
    );
    const daemon = await RecordedDaemon.start(t);
    const controller = new AbortController();
    t.after(() => controller.abort());
    await Promise.all(Array.from({ length: 16 }, () => begin(daemon.path, {}, controller)));
    await assert.rejects(begin(daemon.path), saying(/16 clients follow already; allowed: another try later/));
    const other = await stranger(t, 404, 'text/plain', 'not found', '0.0.9');
    await assert.rejects(begin(other), saying(/l3missd 0\.0\.9 answers there, and this is \d+\.\d+\.\d+/));
  });

  for (const [name, type, body] of [
    ['no stream', 'application/json', '{}'],
    ['a miss that is none', 'text/event-stream', 'event: misses\ndata: [{"number":1}]\n\n'],
    ['no JSON', 'text/event-stream', 'event: misses\ndata: hello\n\n'],
    ['a number that is none', 'text/event-stream', 'event: skipped\ndata: -1\n\n'],
    ['an event without an end', 'text/event-stream', 'x'.repeat(2 * 1024 * 1024)],
  ] as const) {
    it(`does not take a stranger for the daemon: ${name}`, async (t) => {
      const path = await stranger(t, 200, type, body);
      const told = async () => (await begin(path)).next();
      await assert.rejects(told(), saying(/what answers there is not this l3missd/));
    });
  }

  it('takes no notice of signs of life, nor of events of later versions', async (t) => {
    const body = ': still here\n\nevent: weather\ndata: sunny\n\nevent: skipped\ndata: 3\n\n';
    const path = await stranger(t, 200, 'text/event-stream; charset=utf-8', body);
    const stream = await begin(path);
    assert.deepEqual(await take(stream, 1), [{ skipped: 3 }]);
    await assert.rejects(stream.next(), saying(/l3missd ended the answer/));
  });
});

describe('an event stream', () => {
  it('is the same however it is cut', async () => {
    const text = ': hello\n\nevent: a\ndata: {"x":1}\n\nevent: b\ndata: one\ndata: two\n\nevent: c';
    const expected = [
      { name: '', data: '' },
      { name: 'a', data: '{"x":1}' },
      { name: 'b', data: 'one\ntwo' },
    ];
    for (let size = 1; size <= text.length; size++) {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const events: unknown[] = [];
      for await (const event of eventsIn(from(pieces))) {
        events.push(event);
      }
      assert.deepEqual(events, expected, `in pieces of ${size}`);
    }
  });
});

async function* from(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}
