import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/fault.ts';
import { StoreFault } from './faults.ts';
import type { StoredLease, StoreEvent, Watch, WatchEndReason, WatchHandlers } from './store.ts';

/** The part of a key-value pair of etcd's API (etcdserverpb, rpc.proto and kv.proto of v3.4) that leases need. */
export interface EtcdKeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly mod_revision: string;
  readonly lease: string;
}

/** The part of a WatchResponse that is read here. */
export interface EtcdWatchResponse {
  readonly header: { readonly revision: string };
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compact_revision: string;
  readonly cancel_reason: string;
  readonly events: readonly {
    readonly type: 'Put' | 'Delete' | 'PUT' | 'DELETE';
    readonly kv: EtcdKeyValue;
  }[];
}

/** A gRPC stream of watch responses; `cancel` may still be followed by an error. */
export interface EtcdWatchStream {
  on(event: 'data', listener: (response: EtcdWatchResponse) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  write(request: object): unknown;
  cancel(): void;
}

export interface EtcdWatchOptions {
  readonly open: () => Promise<EtcdWatchStream>;
  readonly range: { readonly key: Buffer; readonly range_end: Buffer };
  readonly fromRevision: bigint;
  /** How long etcd may take to confirm the watch. */
  readonly confirmWithinMs: number;
  readonly clock: Clock;
  /** Names the endpoint, for messages. */
  readonly where: string;
  readonly toStored: (pair: EtcdKeyValue) => StoredLease;
  readonly handlers: WatchHandlers;
}

/**
 * One watch on a stream of its own, which ends on the first doubt.
 *
 * etcd3's own watcher is not used: it resumes by itself, at a revision that skips what was still to be replayed, and
 * hides why etcd cancelled (reference: etcd3 1.1.2, lib/watch.js, updateRevision and handleCancelResponse).
 */
export class EtcdWatch implements Watch {
  readonly #options: EtcdWatchOptions;
  readonly #ended = new AbortController();
  readonly #confirmed = new AbortController();
  #stream: EtcdWatchStream | undefined;
  #lastRevision: bigint;

  constructor(options: EtcdWatchOptions) {
    this.#options = options;
    // A member that is behind the list that we start from would not tell us what it has still to learn.
    this.#lastRevision = options.fromRevision - 1n;
    options.open().then(
      (stream) => this.#start(stream),
      (error: unknown) => this.#end('disconnected', error),
    );
  }

  close(): void {
    this.#ended.abort();
    this.#confirmed.abort();
    this.#stream?.cancel();
  }

  #start(stream: EtcdWatchStream): void {
    // Also when closed meanwhile: a stream without an error listener ends the process.
    stream.on('error', (error) => this.#end(reasonOf(error), error));
    stream.on('end', () => this.#end('end'));
    stream.on('data', (response) => this.#receive(response));
    if (this.#ended.signal.aborted) {
      stream.cancel();
      return;
    }
    this.#stream = stream;
    const { range, fromRevision, clock, confirmWithinMs } = this.#options;
    stream.write({ create_request: { ...range, start_revision: fromRevision.toString() } });
    clock.sleep(confirmWithinMs, this.#confirmed.signal).then(
      () => this.#expectConfirmed(),
      (error: unknown) => this.#end('error', error),
    );
  }

  #expectConfirmed(): void {
    if (!this.#confirmed.signal.aborted) {
      this.#end('disconnected', `no answer to the watch within ${this.#options.confirmWithinMs} ms`);
    }
  }

  #receive(response: EtcdWatchResponse): void {
    if (this.#ended.signal.aborted) {
      return;
    }
    this.#confirmed.abort();
    if (response.canceled) {
      const compacted = response.compact_revision !== '0';
      this.#end(
        compacted ? 'compacted' : 'error',
        `cancelled by etcd: ${response.cancel_reason || 'no reason'}`,
      );
      return;
    }
    const revision = BigInt(response.header.revision);
    if (revision < this.#lastRevision) {
      this.#end('revision-backwards', `revision ${revision} after ${this.#lastRevision}`);
      return;
    }
    this.#lastRevision = revision;
    if (response.events.length > 0) {
      this.#options.handlers.onEvents(
        response.events.map((event) => this.#toEvent(event)),
        revision,
      );
    }
  }

  #toEvent({ type, kv }: EtcdWatchResponse['events'][number]): StoreEvent {
    const entry = this.#options.toStored(kv);
    return type.toLowerCase() === 'delete'
      ? { kind: 'delete', name: entry.name, modRevision: entry.modRevision }
      : { kind: 'put', entry };
  }

  #end(reason: WatchEndReason, cause?: unknown): void {
    if (this.#ended.signal.aborted) {
      return;
    }
    this.close();
    const found = `watch ended, ${reason}${cause === undefined ? '' : `: ${describeError(cause)}`}`;
    const fault = new StoreFault(this.#options.where, found, 'an unbroken stream of changes', cause);
    this.#options.handlers.onEnd(reason, fault);
  }
}

/** gRPC's code UNAVAILABLE (14) is what a lost connection and a missed keepalive come out as. */
function reasonOf(error: Error): WatchEndReason {
  return 'code' in error && error.code === 14 ? 'disconnected' : 'error';
}
