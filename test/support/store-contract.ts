import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { StoreFault } from '../../src/leases/faults.ts';
import type { LeaseStore, StoreEvent, Watch, WatchEndReason, Written } from '../../src/leases/store.ts';
import { until } from './until.ts';

/** A store with an empty prefix of its own, and what other clients do to it by whole key. */
export interface StoreUnderTest {
  readonly store: LeaseStore;
  /** `<etcd-prefix>` without a slash at its end. */
  readonly prefix: string;
  put(key: string, value: string, leaseId?: bigint): Promise<void>;
  delete(key: string): Promise<void>;
  compact(): Promise<void>;
}

/** What every LeaseStore must do. `open` is called once per test. */
export function storeContract(
  kind: string,
  skip: string | false,
  open: (t: TestContext) => Promise<StoreUnderTest>,
): void {
  const contract = (what: string, body: (under: StoreUnderTest) => Promise<void>) =>
    test(`${kind}: ${what}`, { skip }, async (t) => body(await open(t)));

  contract('reads the config, absent and present', async ({ store, prefix, put }) => {
    assert.equal(store.configKey, `${prefix}/config`);
    assert.equal(await store.readConfig(), undefined);
    await put(store.configKey, '{}');
    assert.equal(await store.readConfig(), '{}');
  });

  contract('lists what lies under subnets/ and nothing beside it', async ({ store, prefix, put }) => {
    assert.deepEqual((await store.list()).entries, []);
    await put(`${prefix}/subnets`, 'x');
    await put(`${prefix}/subnetsX/10.5.9.0-24`, 'x');
    await put(`${prefix}/subnets0`, 'x');
    await put(`${prefix}/subnets/10.5.1.0-24`, 'värde');
    await put(`${prefix}/subnets/junk/deep`, '');
    const { entries, revision } = await store.list();
    assert.deepEqual(
      entries.map(({ key, name, value }) => ({ key, name, value })),
      [
        { key: `${prefix}/subnets/10.5.1.0-24`, name: '10.5.1.0-24', value: 'värde' },
        { key: `${prefix}/subnets/junk/deep`, name: 'junk/deep', value: '' },
      ],
    );
    assert.equal(revision, entries[1]?.modRevision);
    assert.equal(entries[0]?.leaseId, undefined);
  });

  contract(
    'summarises the keys under subnets/ by number and latest write',
    async ({ store, prefix, put }) => {
      assert.deepEqual(await store.summarise(), { count: 0, lastModRevision: 0n });
      for (const name of ['10.5.1.0-24', '10.5.2.0-24', '10.5.1.0-24']) {
        await put(`${prefix}/subnets/${name}`, 'x');
      }
      await put(`${prefix}/subnets0`, 'x');
      const [first] = (await store.list()).entries;
      assert.deepEqual(await store.summarise(), { count: 2, lastModRevision: first?.modRevision });
    },
  );

  contract('lists values that are more than 4 MiB together', async ({ store, prefix, put }) => {
    const large = 'x'.repeat(1024 * 1024);
    const names = ['1', '2', '3', '4', '5'].map((number) => `large-${number}`);
    for (const name of names) {
      await put(`${prefix}/subnets/${name}`, large);
    }
    const { entries } = await store.list();
    assert.deepEqual(
      entries.map(({ name, value }) => [name, value.length]),
      names.map((name) => [name, large.length]),
    );
  });

  contract('creates a key once', async ({ store }) => {
    const first = written(await store.create('10.5.1.0-24', 'a', 600));
    assert.equal(first.ttlSeconds, 600);
    assert.deepEqual(await store.read('10.5.1.0-24'), withoutTtl(first));
    assert.equal(await store.create('10.5.1.0-24', 'b', 600), 'exists');
    assert.deepEqual(await store.read('10.5.1.0-24'), withoutTtl(first));
    assert.equal(await store.read('10.5.2.0-24'), undefined);
  });

  contract('creates a key without an end', async ({ store }) => {
    const made = written(await store.create('10.5.1.0-24', 'a', undefined));
    assert.equal(made.leaseId, undefined);
    assert.equal(made.ttlSeconds, undefined);
    assert.equal((await store.read('10.5.1.0-24'))?.leaseId, undefined);
  });

  contract('replaces only what it knows, under a new etcd lease', async ({ store }) => {
    const first = written(await store.create('10.5.1.0-24', 'a', 600));
    const second = written(
      await store.replace('10.5.1.0-24', 'b', { ifModRevision: first.modRevision, ttlSeconds: 900 }),
    );
    assert.ok(second.modRevision > first.modRevision);
    assert.notEqual(second.leaseId, first.leaseId);
    assert.equal(second.ttlSeconds, 900);
    const stale = { ifModRevision: first.modRevision, ttlSeconds: 600 };
    assert.equal(await store.replace('10.5.1.0-24', 'c', stale), 'changed');
    assert.equal(await store.replace('10.5.2.0-24', 'c', stale), 'changed');
    assert.deepEqual(await store.read('10.5.1.0-24'), withoutTtl(second));
    assert.equal(await store.read('10.5.2.0-24'), undefined);
  });

  contract('removes only what it knows', async ({ store }) => {
    const made = written(await store.create('10.5.1.0-24', 'a', undefined));
    assert.equal(await store.remove('10.5.1.0-24', made.modRevision - 1n), 'changed');
    assert.equal(await store.remove('10.5.2.0-24', made.modRevision), 'changed');
    assert.equal(await store.remove('10.5.1.0-24', made.modRevision), 'removed');
    assert.equal(await store.read('10.5.1.0-24'), undefined);
    assert.equal(await store.remove('10.5.1.0-24', made.modRevision), 'changed');
  });

  contract('says how long a lease has to go', async ({ store }) => {
    const leaseId = idOf(written(await store.create('10.5.1.0-24', 'a', 600)));
    const seconds = await store.remainingTtl(leaseId);
    assert.ok(seconds !== undefined && seconds > 500 && seconds <= 600, `${seconds}`);
    assert.equal(await store.remainingTtl(4711n), undefined);
  });

  contract('revokes a lease only when no key hangs on it', async ({ store, prefix, put, ...hands }) => {
    const made = written(await store.create('10.5.1.0-24', 'a', 600));
    const leaseId = idOf(made);
    await put(`${prefix}/foreign`, 'x', leaseId);
    assert.equal(await store.revokeIfUnused(leaseId), false);
    await store.remove('10.5.1.0-24', made.modRevision);
    assert.equal(await store.revokeIfUnused(leaseId), false);
    await hands.delete(`${prefix}/foreign`);
    assert.equal(await store.revokeIfUnused(leaseId), true);
    assert.equal(await store.remainingTtl(leaseId), undefined);
    assert.equal(await store.revokeIfUnused(leaseId), true);
  });

  contract('watches from a revision on, that one included', async ({ store, prefix, put, ...hands }) => {
    const early = written(await store.create('10.5.1.0-24', 'a', undefined));
    const late = written(await store.create('10.5.2.0-24', 'b', undefined));
    const seen = watchOf(store, late.modRevision);
    await put(`${prefix}/subnetsX/10.5.9.0-24`, 'x');
    await put(`${prefix}/subnets/10.5.1.0-24`, 'c');
    await hands.delete(`${prefix}/subnets/10.5.2.0-24`);
    await until('three events', () => seen.events.length >= 3);
    seen.watch.close();
    assert.deepEqual(seen.events.map(brief), [
      'put 10.5.2.0-24 b',
      'put 10.5.1.0-24 c',
      'delete 10.5.2.0-24',
    ]);
    assert.deepEqual(seen.events[0], { kind: 'put', entry: withoutTtl(late) });
    assert.ok(early.modRevision < late.modRevision);
    assert.deepEqual(seen.ends, []);
  });

  contract('ends a watch of history that is gone, once', async ({ store, prefix, put, compact }) => {
    const { modRevision } = written(await store.create('10.5.1.0-24', 'a', undefined));
    await store.create('10.5.2.0-24', 'a', undefined);
    await compact();
    const seen = watchOf(store, modRevision);
    await until('an end', () => seen.ends.length > 0);
    const later = watchOf(store, (await store.list()).revision + 1n);
    await put(`${prefix}/subnets/10.5.3.0-24`, 'a');
    await until('a later watch sees it', () => later.events.length > 0);
    later.watch.close();
    assert.deepEqual(seen.ends, ['compacted']);
    assert.deepEqual(seen.events, []);
  });

  contract('ends a watch that starts ahead of the store', async ({ store }) => {
    const { revision } = await store.list();
    const seen = watchOf(store, revision + 100n);
    await until('an end', () => seen.ends.length > 0);
    assert.deepEqual(seen.ends, ['revision-backwards']);
  });

  contract('says nothing through a closed watch', async ({ store, prefix, put }) => {
    const { revision } = await store.list();
    const closed = watchOf(store, revision + 1n);
    closed.watch.close();
    const open = watchOf(store, revision + 1n);
    await put(`${prefix}/subnets/10.5.1.0-24`, 'a');
    await until('the other watch sees it', () => open.events.length > 0);
    open.watch.close();
    assert.deepEqual([closed.events, closed.ends], [[], []]);
  });

  contract('refuses calls and ends watches silently once closed', async ({ store }) => {
    const seen = watchOf(store, (await store.list()).revision + 1n);
    store.close();
    await assert.rejects(store.list(), StoreFault);
    await assert.rejects(store.create('10.5.1.0-24', 'a', undefined), StoreFault);
    assert.deepEqual(seen.ends, []);
  });
}

/**
 * A store that was wiped and filled anew may stand at the revision of our list. What tells is the connection: a watch
 * goes on over that of the list or ends.
 *
 * @param replace puts another store at the same revision in its place while this process stands still
 */
export async function endsWatchAfterReplacement(store: LeaseStore, replace: () => void): Promise<void> {
  const { revision } = await store.list();
  replace();
  const seen = watchOf(store, revision + 1n);
  await until('an end', () => seen.ends.length > 0);
  assert.deepEqual([seen.ends, seen.events], [['disconnected'], []]);
  assert.equal((await store.list()).revision, revision);
}

/** A watch that writes down what it hears. */
export function watchOf(
  store: LeaseStore,
  fromRevision: bigint,
): { watch: Watch; events: StoreEvent[]; ends: WatchEndReason[] } {
  const events: StoreEvent[] = [];
  const ends: WatchEndReason[] = [];
  const watch = store.watch(fromRevision, {
    onEvents: (more) => events.push(...more),
    onEnd: (reason) => ends.push(reason),
  });
  return { watch, events, ends };
}

function written(outcome: Written | 'exists' | 'changed'): Written {
  assert.ok(typeof outcome !== 'string', `refused: ${String(outcome)}`);
  return outcome;
}

function idOf({ leaseId }: Written): bigint {
  assert.ok(leaseId !== undefined);
  return leaseId;
}

function withoutTtl({ ttlSeconds: _, ...stored }: Written): Omit<Written, 'ttlSeconds'> {
  return stored;
}

function brief(event: StoreEvent): string {
  return event.kind === 'put' ? `put ${event.entry.name} ${event.entry.value}` : `delete ${event.name}`;
}
