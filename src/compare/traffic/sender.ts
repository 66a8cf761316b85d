import type { Ipv4 } from '../../net/ipv4.ts';
import { type EchoFrames, FOREIGN } from './echo-frames.ts';
import { Replies } from './replies.ts';
import type { Burst, Flood, Scan, Touch, Until } from './verbs.ts';
import { monotonicMs } from './verbs.ts';
import { Watch } from './watch.ts';

/** What carries frames: an `EchoSocket`, or what stands for it. */
export interface Wire {
  /** Gives false when there was no room for the frame. */
  send(frame: Uint8Array): boolean;
  /** Waits some milliseconds for a frame; 0 when none came. */
  receive(buffer: Uint8Array): number;
  /** Takes a frame that is there; 0 when there is none. */
  poll(buffer: Uint8Array): number;
}

/** After so many lost in a row nobody is expected to answer, and each further one is waited for a moment only. */
const LOST_IN_A_ROW = 5;
const SHORT_PATIENCE_MS = 20;
/** In a burst replies are taken out of the socket's buffer after so many requests. */
const SENDS_BETWEEN_POLLS = 16;
/** Between two requests to the same destination, while it is waited for. */
const PACE_MS = 0.5;
/** How many moments of sending a flood remembers; a power of two above every window. */
const REMEMBERED = 4096;

/** Sends echo requests in the ways that the comparison needs, and tells what came back. */
export class Sender {
  readonly #wire: Wire;
  readonly #frames: EchoFrames;
  readonly #buffer = new Uint8Array(2048);
  readonly #view = new DataView(this.#buffer.buffer);
  readonly #pause = new Int32Array(new SharedArrayBuffer(4));

  constructor(wire: Wire, frames: EchoFrames) {
    this.#wire = wire;
    this.#frames = frames;
  }

  /** @param patience milliseconds until a request counts as lost */
  scan(destinations: readonly Ipv4[], patience: number): Scan {
    this.#frames.nextRun();
    const [first, second]: [(number | null)[], (number | null)[]] = [[], []];
    let lostInARow = 0;
    for (const [index, destination] of destinations.entries()) {
      for (const [trip, list] of [first, second].entries()) {
        const limit = lostInARow < LOST_IN_A_ROW ? patience : SHORT_PATIENCE_MS;
        const time = this.#roundTrip(destination, index * 2 + trip, limit);
        lostInARow = time === null ? lostInARow + 1 : 0;
        list.push(time);
      }
    }
    return { first, second };
  }

  /** @param patience milliseconds after the last reply, or request, until it is over */
  burst(destinations: readonly Ipv4[], patience: number): Burst {
    this.#frames.nextRun();
    const replies = new Replies(destinations.length);
    const begin = performance.now();
    let sent = 0;
    for (const [index, destination] of destinations.entries()) {
      sent += this.#wire.send(this.#frames.request(destination, index)) ? 1 : 0;
      if (index % SENDS_BETWEEN_POLLS === 0) {
        this.#takeWaiting(replies);
      }
    }
    this.#takeUntil(replies, () => replies.answered >= sent, patience);
    return { sent, answered: replies.answered, last: replies.answered === 0 ? null : replies.last - begin };
  }

  /** @param patience milliseconds after which a whole window without a reply is given up; later ones are sooner */
  touch(destinations: readonly Ipv4[], window: number, patience: number): Touch {
    this.#frames.nextRun();
    const replies = new Replies(destinations.length);
    let [sent, lost, limit] = [0, 0, patience];
    const hasRoom = () => sent - replies.answered - lost < window;
    for (const [index, destination] of destinations.entries()) {
      sent += this.#wire.send(this.#frames.request(destination, index)) ? 1 : 0;
      if (!hasRoom() && !this.#takeUntil(replies, hasRoom, limit)) {
        lost = sent - replies.answered;
        limit = SHORT_PATIENCE_MS;
      }
    }
    this.#takeUntil(replies, () => replies.answered >= sent, patience);
    return { sent: destinations.length, answered: replies.answered };
  }

  /** @param duration milliseconds */
  flood(destinations: readonly Ipv4[], window: number, duration: number): Flood {
    this.#frames.nextRun();
    const times = new Float64Array(REMEMBERED);
    const roundTrips: number[] = [];
    const begin = performance.now();
    let [sent, answered, lost, now] = [0, 0, 0, begin];
    while (now - begin < duration) {
      while (sent - answered - lost < window) {
        const destination = destinations[sent % destinations.length] ?? 0;
        times[sent % REMEMBERED] = performance.now();
        this.#wire.send(this.#frames.request(destination, sent));
        sent += 1;
      }
      const number = this.#next(true);
      now = performance.now();
      if (number === undefined) {
        // Whatever did not come within the socket's time is lost.
        lost = sent - answered;
      } else if (number !== FOREIGN && answered + lost < sent) {
        answered += 1;
        roundTrips.push((now - (times[number % REMEMBERED] ?? 0)) * 1000);
      }
    }
    return { answered, lost, rate: (answered * 1000) / (now - begin), roundTrip: middle(roundTrips) };
  }

  /** @param patience milliseconds after which it gives up */
  until(destinations: readonly Ipv4[], wanted: 'answers' | 'silence', patience: number): Until {
    this.#frames.nextRun();
    const watch = new Watch(destinations.length, wanted);
    const end = monotonicMs() + patience;
    while (watch.pending > 0 && monotonicMs() < end) {
      for (const [index, destination] of destinations.entries()) {
        if (watch.isPending(index)) {
          watch.sent(index, monotonicMs());
          this.#wire.send(this.#frames.request(destination, index));
        }
      }
      Atomics.wait(this.#pause, 0, 0, PACE_MS);
      for (let number = this.#next(false); number !== undefined; number = this.#next(false)) {
        watch.answered(number, monotonicMs());
      }
      watch.judge(monotonicMs());
    }
    return { moments: watch.moments };
  }

  #roundTrip(destination: Ipv4, number: number, patience: number): number | null {
    const begin = performance.now();
    this.#wire.send(this.#frames.request(destination, number));
    for (;;) {
      const found = this.#next(true);
      const elapsed = performance.now() - begin;
      if (found === number) {
        return elapsed * 1000;
      }
      if (elapsed >= patience) {
        return null;
      }
    }
  }

  #takeWaiting(replies: Replies): void {
    for (let number = this.#next(false); number !== undefined; number = this.#next(false)) {
      replies.add(number);
    }
  }

  /** Takes replies until it is enough; gives false when none came for `patience` milliseconds. */
  #takeUntil(replies: Replies, enough: () => boolean, patience: number): boolean {
    let since = performance.now();
    while (!enough()) {
      const number = this.#next(true);
      if (number !== undefined && replies.add(number)) {
        since = performance.now();
      } else if (performance.now() - since >= patience) {
        return false;
      }
    }
    return true;
  }

  /** The number of the next reply, FOREIGN for one of another run, undefined when there is none. */
  #next(blocking: boolean): number | undefined {
    const length = blocking ? this.#wire.receive(this.#buffer) : this.#wire.poll(this.#buffer);
    return length === 0 ? undefined : this.#frames.numberOf(this.#view, length);
  }
}

function middle(values: readonly number[]): number | null {
  return Float64Array.from(values).sort()[Math.floor(values.length / 2)] ?? null;
}
