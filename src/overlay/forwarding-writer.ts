import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import type { BatchFailure } from '../kernel/batch.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { removeForwarding, replaceForwarding } from '../kernel/forwarding.ts';
import type { Request } from '../netlink/message.ts';
import { FilledRequest, PLACE_ADDRESS, PLACE_MAC, template } from '../netlink/template.ts';
import type { ForwardingRecord } from './forwarding-record.ts';

/** Writes forwarding entries into the kernel, many in one write. */
export class ForwardingWriter {
  readonly #conversation: Conversation;
  readonly #ifindex: number;
  readonly #replacement: FilledRequest;
  readonly #log: Log;

  constructor(conversation: Conversation, ifindex: number, log: Log) {
    this.#conversation = conversation;
    this.#ifindex = ifindex;
    this.#replacement = new FilledRequest(template(replaceForwarding(ifindex, PLACE_MAC, PLACE_ADDRESS)));
    this.#log = log;
  }

  /**
   * Writes entries that lead where the records want them.
   *
   * @returns those that the kernel refused, which the log tells of
   * @throws KernelFault when the socket fails
   */
  replace(records: readonly ForwardingRecord[]): Set<ForwardingRecord> {
    const failures = this.#write(records, ({ mac, wanted }) =>
      wanted === undefined ? undefined : this.#replacement.with(wanted, mac),
    );
    return this.#report(failures, records);
  }

  /**
   * Removes the entries that the kernel holds. One that it does not find is gone, as was wanted.
   *
   * @returns those that the kernel refused to remove, which the log tells of
   * @throws KernelFault when the socket fails
   */
  remove(records: readonly ForwardingRecord[]): Set<ForwardingRecord> {
    const failures = this.#write(records, ({ mac }) => removeForwarding(this.#ifindex, mac));
    return this.#report(
      failures.filter(({ fault }) => fault.code !== 'ENOENT'),
      records,
    );
  }

  #write(
    records: readonly ForwardingRecord[],
    requestFor: (record: ForwardingRecord) => Request | undefined,
  ): BatchFailure[] {
    const at = (index: number) => {
      const record = records[index];
      return record && requestFor(record);
    };
    return this.#conversation.batch('write forwarding entries', { length: records.length, at });
  }

  /** One line for a batch: thousands of entries are refused for the same reason. */
  #report(failures: readonly BatchFailure[], records: readonly ForwardingRecord[]): Set<ForwardingRecord> {
    const [first] = failures;
    if (first !== undefined) {
      const reason = describeError(first.fault);
      this.#log.warn({ refused: failures.length, reason }, 'the kernel refused forwarding entries');
    }
    return new Set(failures.flatMap(({ index }) => records[index] ?? []));
  }
}
