import type { Log } from '../base/log.ts';
import type { LeaseChange } from '../leases/lease.ts';
import type { Mac } from '../net/mac.ts';
import { ForwardingRecord } from './forwarding-record.ts';
import type { Forwarding, VtepChange } from './programmer.ts';
import { tellOfRival } from './rival.ts';

/**
 * Where each MAC is that leases name, for forwarding entries that the writer of neighbours installs on demand. Of leases
 * that disagree about a MAC the one written last counts.
 */
export class Endpoints implements Forwarding {
  readonly #records = new Map<Mac, ForwardingRecord>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  prepare(changes: readonly LeaseChange[]): readonly VtepChange[] {
    const before = new Map<ForwardingRecord, ForwardingRecord['wanted']>();
    for (const { before: former, after } of changes) {
      if (former !== undefined) {
        this.#touch(former.mac, before).unlink(former);
      }
      if (after !== undefined) {
        const rival = this.#touch(after.mac, before).link(after);
        if (rival !== undefined) {
          tellOfRival(rival, after, this.#log);
        }
      }
    }
    return Array.from(before, ([record, was]) => this.#changeOf(record, was)).flatMap(
      (change) => change ?? [],
    );
  }

  /** The writer of neighbours removes what nobody needs. */
  finish(): void {}

  #touch(mac: Mac, before: Map<ForwardingRecord, ForwardingRecord['wanted']>): ForwardingRecord {
    const record = this.#records.get(mac) ?? new ForwardingRecord(mac);
    this.#records.set(mac, record);
    if (!before.has(record)) {
      before.set(record, record.wanted);
    }
    return record;
  }

  #changeOf(record: ForwardingRecord, was: ForwardingRecord['wanted']): VtepChange | undefined {
    if (record.isEmpty) {
      this.#records.delete(record.mac);
    }
    return record.wanted === was ? undefined : { mac: record.mac, endpoint: record.wanted };
  }
}
