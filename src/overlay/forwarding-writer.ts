import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import type { BatchFailure } from '../kernel/batch.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { CopyBatch } from '../kernel/copy-batch.ts';
import { removeForwarding, replaceForwarding } from '../kernel/forwarding.ts';
import { NLM_F_REQUEST } from '../netlink/constants.ts';
import { PLACE_ADDRESS, PLACE_MAC, template } from '../netlink/template.ts';
import type { ForwardingRecord } from './forwarding-record.ts';

const WRITE = 'write forwarding entries';

/** Writes forwarding entries into the kernel, many in one write. */
export class ForwardingWriter {
  readonly #conversation: Conversation;
  readonly #ifindex: number;
  readonly #replacements: CopyBatch;
  readonly #log: Log;

  constructor(conversation: Conversation, ifindex: number, log: Log) {
    this.#conversation = conversation;
    this.#ifindex = ifindex;
    const replacement = template(replaceForwarding(ifindex, PLACE_MAC, PLACE_ADDRESS), NLM_F_REQUEST);
    this.#replacements = new CopyBatch(replacement);
    this.#log = log;
  }

  /**
   * Writes entries that lead where the records want them.
   *
   * @returns those that the kernel refused, which the log tells of
   * @throws KernelFault when the socket fails
   */
  replace(records: readonly ForwardingRecord[]): Set<ForwardingRecord> {
    return this.#report(this.#conversation.copies(WRITE, this.#replacements, records), records);
  }

  /**
   * Removes the entries that the kernel holds. One that it does not find is gone, as was wanted.
   *
   * @returns those that the kernel refused to remove, which the log tells of
   * @throws KernelFault when the socket fails
   */
  remove(records: readonly ForwardingRecord[]): Set<ForwardingRecord> {
    const at = (index: number) => {
      const record = records[index];
      return record && removeForwarding(this.#ifindex, record.mac);
    };
    const failures = this.#conversation.batch(WRITE, { length: records.length, at });
    return this.#report(
      failures.filter(({ fault }) => fault.code !== 'ENOENT'),
      records,
    );
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
