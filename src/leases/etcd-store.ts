import type { Clock } from '../base/clock.ts';
import { CALL_DEADLINE_MS } from './etcd-client.ts';
import { EtcdMembers } from './etcd-members.ts';
import { type EtcdKeyValue, EtcdWatch } from './etcd-watch.ts';
import type {
  LeaseList,
  LeaseStore,
  LeaseSummary,
  StoredLease,
  Watch,
  WatchHandlers,
  Written,
} from './store.ts';

export interface EtcdStoreOptions {
  /** As parseEndpoints gives them. */
  readonly endpoints: readonly string[];
  /** flannel's etcd-prefix; a slash at its end makes no difference. */
  readonly prefix: string;
  readonly clock: Clock;
}

/** A put, or a delete, that happens only if the compared key is as expected. */
type Change = { readonly value: string; readonly lease: bigint | undefined } | 'delete';

/** The leases in etcd. */
export class EtcdStore implements LeaseStore {
  readonly configKey: string;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #members: EtcdMembers;
  readonly #watches = new Set<Watch>();

  constructor({ endpoints, prefix, clock }: EtcdStoreOptions) {
    const base = prefix.replace(/\/+$/, '');
    this.configKey = `${base}/config`;
    this.#folder = `${base}/subnets/`;
    this.#clock = clock;
    this.#members = new EtcdMembers(endpoints);
  }

  async readConfig(): Promise<string | undefined> {
    const key = Buffer.from(this.configKey);
    const found = await this.#members.read('read config', ({ kv }) => kv.range({ key }));
    return found.kvs[0]?.value.toString();
  }

  async list(): Promise<LeaseList> {
    const found = await this.#members.read('list leases', ({ kv }) => kv.range(this.#range()));
    return {
      revision: BigInt(found.header.revision),
      entries: found.kvs.map((pair) => this.#toStored(pair)),
    };
  }

  async summarise(): Promise<LeaseSummary> {
    const latest = { limit: 1, sort_target: 'Mod', sort_order: 'Descend', keys_only: true } as const;
    const found = await this.#members.read('summarise leases', ({ kv }) =>
      kv.range({ ...this.#range(), ...latest }),
    );
    return { count: Number(found.count), lastModRevision: BigInt(found.kvs[0]?.mod_revision ?? 0) };
  }

  async read(name: string): Promise<StoredLease | undefined> {
    const found = await this.#members.read('read lease', ({ kv }) => kv.range({ key: this.#keyOf(name) }));
    const pair = found.kvs[0];
    return pair === undefined ? undefined : this.#toStored(pair);
  }

  watch(fromRevision: bigint, handlers: WatchHandlers): Watch {
    const { client, endpoint } = this.#members.current();
    const watch = new EtcdWatch({
      open: () => client.watchClient.watch(),
      range: this.#range(),
      fromRevision,
      confirmWithinMs: CALL_DEADLINE_MS,
      clock: this.#clock,
      where: `etcd at ${endpoint}`,
      toStored: (pair) => this.#toStored(pair),
      handlers: {
        onEvents: handlers.onEvents,
        onEnd: (reason, cause) => {
          this.#watches.delete(watch);
          handlers.onEnd(reason, cause);
        },
      },
    });
    this.#watches.add(watch);
    return {
      close: () => {
        this.#watches.delete(watch);
        watch.close();
      },
    };
  }

  async create(name: string, value: string, ttlSeconds: number | undefined): Promise<Written | 'exists'> {
    return (await this.#put(name, value, 0n, ttlSeconds)) ?? 'exists';
  }

  async replace(
    name: string,
    value: string,
    {
      ifModRevision,
      ttlSeconds,
    }: { readonly ifModRevision: bigint; readonly ttlSeconds: number | undefined },
  ): Promise<Written | 'changed'> {
    return (await this.#put(name, value, ifModRevision, ttlSeconds)) ?? 'changed';
  }

  async remove(name: string, ifModRevision: bigint): Promise<'removed' | 'changed'> {
    return (await this.#change(name, ifModRevision, 'delete')) === undefined ? 'changed' : 'removed';
  }

  async remainingTtl(leaseId: bigint): Promise<number | undefined> {
    const ID = leaseId.toString();
    const found = await this.#members.read('read time to live', ({ leaseClient }) =>
      leaseClient.leaseTimeToLive({ ID }),
    );
    const seconds = Number(found.TTL);
    return seconds < 0 ? undefined : seconds;
  }

  async revokeIfUnused(leaseId: bigint): Promise<boolean> {
    const ID = leaseId.toString();
    const found = await this.#members.read('read time to live', ({ leaseClient }) =>
      leaseClient.leaseTimeToLive({ ID, keys: true }),
    );
    if (Number(found.TTL) >= 0 && found.keys.length > 0) {
      return false;
    }
    if (Number(found.TTL) >= 0) {
      await this.#members.write('revoke', ({ leaseClient }) => leaseClient.leaseRevoke({ ID }));
    }
    return true;
  }

  close(): void {
    for (const watch of this.#watches) {
      watch.close();
    }
    this.#watches.clear();
    this.#members.close();
  }

  /**
   * Writes under a new etcd lease when the key's last write is `expected` (0: there is no key). A grant that then goes
   * unused is revoked; after a failure it is left to end by itself, for the write may have been carried out.
   */
  async #put(
    name: string,
    value: string,
    expected: bigint,
    ttlSeconds?: number,
  ): Promise<Written | undefined> {
    const granted = ttlSeconds === undefined ? undefined : await this.#grant(ttlSeconds);
    const modRevision = await this.#change(name, expected, { value, lease: granted?.leaseId });
    if (modRevision === undefined) {
      if (granted !== undefined) {
        await this.revokeIfUnused(granted.leaseId);
      }
      return undefined;
    }
    const key = this.#folder + name;
    return { key, name, value, modRevision, leaseId: granted?.leaseId, ttlSeconds: granted?.ttlSeconds };
  }

  async #grant(ttlSeconds: number): Promise<{ leaseId: bigint; ttlSeconds: number }> {
    const granted = await this.#members.write('grant', ({ leaseClient }) =>
      leaseClient.leaseGrant({ TTL: ttlSeconds }),
    );
    return { leaseId: BigInt(granted.ID), ttlSeconds: Number(granted.TTL) };
  }

  /** Resolves to the change's revision, or to undefined when the key was not as expected. */
  async #change(name: string, expected: bigint, change: Change): Promise<bigint | undefined> {
    const key = this.#keyOf(name);
    // A key that does not exist has the revision 0 (etcd, server/etcdserver/apply.go, applyCompare).
    const compare = [{ key, target: 'Mod', result: 'Equal', mod_revision: expected.toString() } as const];
    const operation =
      change === 'delete'
        ? { request_delete_range: { key } }
        : { request_put: { key, value: Buffer.from(change.value), lease: (change.lease ?? 0n).toString() } };
    const done = await this.#members.write('write lease', ({ kv }) =>
      kv.txn({ compare, success: [operation] }),
    );
    return done.succeeded ? BigInt(done.header.revision) : undefined;
  }

  #range(): { key: Buffer; range_end: Buffer } {
    // '0' follows '/': the end is the first key behind all that begin with the folder.
    return { key: Buffer.from(this.#folder), range_end: Buffer.from(`${this.#folder.slice(0, -1)}0`) };
  }

  #keyOf(name: string): Buffer {
    return Buffer.from(this.#folder + name);
  }

  #toStored(pair: EtcdKeyValue): StoredLease {
    const key = pair.key.toString();
    return {
      key,
      name: key.slice(this.#folder.length),
      value: pair.value.toString(),
      modRevision: BigInt(pair.mod_revision),
      leaseId: pair.lease === '0' ? undefined : BigInt(pair.lease),
    };
  }
}
