import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { EtcdWatch, type EtcdWatchResponse } from '../../src/leases/etcd-watch.ts';
import { StoreFault } from '../../src/leases/faults.ts';
import { stored } from '../support/lease-samples.ts';
import { ManualClock } from '../support/manual-clock.ts';

class FakeStream extends EventEmitter {
  readonly written: object[] = [];
  cancelled = 0;

  write(request: object): void {
    this.written.push(request);
  }

  cancel(): void {
    this.cancelled += 1;
  }
}

function response(revision: number, more: Partial<EtcdWatchResponse> = {}): EtcdWatchResponse {
  return {
    header: { revision: String(revision) },
    created: false,
    canceled: false,
    compact_revision: '0',
    cancel_reason: '',
    events: [],
    ...more,
  };
}

function put(revision: number): EtcdWatchResponse {
  const kv = { key: Buffer.from('k'), value: Buffer.from('v'), mod_revision: String(revision), lease: '0' };
  return response(revision, { events: [{ type: 'Put', kv }] });
}

/** A watch from revision 11 on a stream that the test drives; etcd may take 5 s to confirm. */
function watchOf(open?: () => Promise<FakeStream>) {
  const clock = new ManualClock();
  const stream = new FakeStream();
  const told: string[] = [];
  const causes: unknown[] = [];
  const watch = new EtcdWatch({
    open: open ?? (async () => stream),
    range: { key: Buffer.from('a'), range_end: Buffer.from('b') },
    fromRevision: 11n,
    confirmWithinMs: 5000,
    clock,
    where: 'etcd at test',
    toStored: (pair) => stored('10.5.2.0-24', pair.value.toString(), BigInt(pair.mod_revision)),
    handlers: {
      onEvents: (events, revision) => told.push(`${events.length} at ${revision}`),
      onEnd: (reason, cause) => {
        told.push(reason);
        causes.push(cause);
      },
    },
  });
  return { clock, stream, told, causes, watch };
}

test('asks for its range and revision, and hands on what has events', async () => {
  const { stream, told } = watchOf();
  await turn();
  const request = { key: Buffer.from('a'), range_end: Buffer.from('b'), start_revision: '11' };
  assert.deepEqual(stream.written, [{ create_request: request }]);
  stream.emit('data', response(10, { created: true }));
  stream.emit('data', put(11));
  stream.emit('data', response(12));
  assert.deepEqual(told, ['1 at 11']);
});

test('the first doubt ends it, and nothing is told after that', async () => {
  const { stream, told, causes } = watchOf();
  await turn();
  stream.emit('data', put(11));
  stream.emit('error', Object.assign(new Error('14 UNAVAILABLE: Connection dropped'), { code: 14 }));
  stream.emit('error', new Error('again'));
  stream.emit('end');
  stream.emit('data', put(12));
  assert.deepEqual(told, ['1 at 11', 'disconnected']);
  assert.equal(stream.cancelled, 1);
  assert.ok(causes[0] instanceof StoreFault);
  assert.match(causes[0].message, /^etcd at test: watch ended, disconnected: 14 UNAVAILABLE/);
});

const doubts: [string, (stream: FakeStream) => void, string][] = [
  ['an error of another kind', (stream) => stream.emit('error', new Error('13 INTERNAL')), 'error'],
  ['the end of the stream', (stream) => stream.emit('end'), 'end'],
  ['a cancellation', (stream) => stream.emit('data', response(11, { canceled: true })), 'error'],
  [
    'a cancellation for compaction',
    (stream) => stream.emit('data', response(11, { canceled: true, created: true, compact_revision: '9' })),
    'compacted',
  ],
  [
    'a store behind our list',
    (stream) => stream.emit('data', response(9, { created: true })),
    'revision-backwards',
  ],
  [
    'a revision that goes back',
    (stream) => {
      stream.emit('data', response(20));
      stream.emit('data', put(19));
    },
    'revision-backwards',
  ],
];

for (const [what, cause, reason] of doubts) {
  test(`${what} ends it as ${reason}`, async () => {
    const { stream, told } = watchOf();
    await turn();
    cause(stream);
    assert.deepEqual(told, [reason]);
    assert.equal(stream.cancelled, 1);
  });
}

test('a watch that etcd does not confirm in time is over', async () => {
  const { clock, told } = watchOf();
  await turn();
  await clock.advance(4999);
  assert.deepEqual(told, []);
  await clock.advance(1);
  assert.deepEqual(told, ['disconnected']);
});

test('a confirmed watch may be silent for long', async () => {
  const { clock, stream, told } = watchOf();
  await turn();
  stream.emit('data', response(10, { created: true }));
  await clock.advance(3_600_000);
  assert.deepEqual(told, []);
  assert.equal(clock.sleeping, 0);
});

test('a stream that cannot be opened ends it', async () => {
  const { told } = watchOf(() => Promise.reject(new Error('closed')));
  await turn();
  assert.deepEqual(told, ['disconnected']);
});

test('closed before the stream is open: cancelled, silent, and an error of it is heard by somebody', async () => {
  const { stream, told, watch } = watchOf();
  watch.close();
  await turn();
  assert.equal(stream.cancelled, 1);
  stream.emit('error', new Error('1 CANCELLED'));
  assert.deepEqual([told, stream.written], [[], []]);
});
