import { describeError } from '../base/fault.ts';
import { type EtcdClient, openClient } from './etcd-client.ts';
import { StoreFault } from './faults.ts';

export interface Member {
  readonly endpoint: string;
  readonly client: EtcdClient;
}

const ALLOWED = 'an etcd v3 member that answers';

/** The cluster's members. Calls go to the one that answered last; a failure moves on to the next. */
export class EtcdMembers {
  readonly #members: readonly Member[];
  #current = 0;
  #closed = false;

  constructor(endpoints: readonly string[]) {
    this.#members = endpoints.map((endpoint) => ({ endpoint, client: openClient(endpoint) }));
  }

  /** The member that the next call goes to. */
  current(): Member {
    const member = this.#members[this.#current];
    if (member === undefined) {
      throw new StoreFault('etcd', 'no endpoint', 'at least one endpoint');
    }
    return member;
  }

  /** Asks one member after the other, each once, until one answers. */
  async read<T>(what: string, call: (client: EtcdClient) => Promise<T>): Promise<T> {
    const failures: StoreFault[] = [];
    while (failures.length < this.#members.length) {
      const outcome = await this.#ask(what, call);
      if ('answer' in outcome) {
        return outcome.answer;
      }
      failures.push(outcome.failure);
    }
    throw allFailed(what, failures);
  }

  /** Asks one member once: a write that failed may have been carried out, so only the caller can repeat it. */
  async write<T>(what: string, call: (client: EtcdClient) => Promise<T>): Promise<T> {
    const outcome = await this.#ask(what, call);
    if ('failure' in outcome) {
      throw outcome.failure;
    }
    return outcome.answer;
  }

  close(): void {
    this.#closed = true;
    for (const { client } of this.#members) {
      client.close();
    }
  }

  async #ask<T>(
    what: string,
    call: (client: EtcdClient) => Promise<T>,
  ): Promise<{ answer: T } | { failure: StoreFault }> {
    const index = this.#current;
    const { client, endpoint } = this.current();
    try {
      return { answer: await call(client) };
    } catch (error) {
      // Calls run side by side: only the first that fails here moves on.
      if (this.#current === index) {
        this.#current = (index + 1) % this.#members.length;
      }
      const found = this.#closed ? `${what} after close` : `${what} failed: ${describeError(error)}`;
      return { failure: new StoreFault(`etcd at ${endpoint}`, found, ALLOWED, error) };
    }
  }
}

function allFailed(what: string, failures: readonly StoreFault[]): StoreFault {
  const [only, second] = failures;
  if (only !== undefined && second === undefined) {
    return only;
  }
  const found = failures.map(({ thing, found }) => `${thing}: ${found}`).join('; ');
  return new StoreFault(
    `etcd, all ${failures.length} endpoints`,
    found,
    ALLOWED,
    new AggregateError(failures, what),
  );
}
