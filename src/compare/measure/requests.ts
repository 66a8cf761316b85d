import { readFileSync } from 'node:fs';
import { systemClock } from '../../base/clock.ts';
import { ChangingNodes, changeSizes } from '../cluster-changes.ts';
import { CHANGE_KINDS } from '../figures-of-changes.ts';
import { countRequests, type Requests } from '../netlink-trace.ts';
import type { Turn } from './turn.ts';

/** An agent that sends nothing for so long has done what there was to do: of a change it hears within milliseconds where it has a processor. */
const QUIET_MS = 1000;
const LOOK_MS = 50;
const LONGEST_MS = 30_000;

/**
 * Records what an agent asked of the kernel until its tables stood still, and what it asks for each change.
 *
 * @param trace the file that `tracedTo` was told
 */
export async function measureRequests(turn: Turn, trace: string): Promise<void> {
  const { stand, recorder, cell } = turn;
  const requests = new RequestCounter(trace, stand.host.namespace.gate.signal);
  const start = await requests.untilQuiet();
  recorder.add(cell, 'start.requests', [start.messages]);
  recorder.add(cell, 'start.bytes', [start.bytes / 1024]);
  for (const size of changeSizes(turn.nodes)) {
    const changing = new ChangingNodes(turn.scene, stand, turn.nodes, size);
    for (const kind of CHANGE_KINDS) {
      await changing.publish(kind);
      const { messages } = await requests.untilQuiet();
      recorder.add(cell, `change.${kind}.${size}.requests`, [messages]);
    }
  }
}

/** Reads how many requests came since the last look. */
class RequestCounter {
  readonly #file: string;
  readonly #signal: AbortSignal;
  #before: Requests = { messages: 0, bytes: 0 };

  constructor(file: string, signal: AbortSignal) {
    this.#file = file;
    this.#signal = signal;
  }

  async untilQuiet(): Promise<Requests> {
    const end = systemClock.monotonic() + LONGEST_MS;
    let now = this.#read();
    let since = systemClock.monotonic();
    while (systemClock.monotonic() - since < QUIET_MS && since < end && !this.#signal.aborted) {
      await systemClock.sleep(LOOK_MS, this.#signal);
      const next = this.#read();
      if (next.messages !== now.messages) {
        since = systemClock.monotonic();
      }
      now = next;
    }
    const { messages, bytes } = this.#before;
    this.#before = now;
    return { messages: now.messages - messages, bytes: now.bytes - bytes };
  }

  #read(): Requests {
    return countRequests(readFileSync(this.#file, 'utf8'));
  }
}
