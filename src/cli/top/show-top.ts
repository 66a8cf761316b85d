import { systemClock } from '../../base/clock.ts';
import { unlessAborted } from '../../leases/unless-aborted.ts';
import { StatusFault } from '../../status/status-fault.ts';
import { DaemonClient } from '../show/daemon-client.ts';
import type { Display, Terminal } from '../show/display.ts';
import type { Key } from '../show/keys.ts';
import { live } from '../show/live.ts';
import type { QuestionOptions } from '../show/question-options.ts';
import { Screen } from '../show/screen.ts';
import { frame, plainFrame } from './frame.ts';
import { ROWS_ASKED } from './ranking.ts';
import { firstState, press, seen, type TopLook, type TopState } from './top-state.ts';

/** Milliseconds between two looks. */
const INTERVAL = 1000;

/**
 * `l3missd top`: a live view on a terminal, until q, Ctrl-C or a signal; one picture as text, or one object as JSON,
 * elsewhere. A daemon that goes away meanwhile is waited for.
 *
 * @throws StatusFault when no daemon can be asked at the start
 */
export async function showTop(options: QuestionOptions, display: Display): Promise<number> {
  const client = new DaemonClient(options);
  const first = await look(client);
  const { terminal } = display;
  if (options.json) {
    const { at: _here, ...told } = first;
    display.out(`${JSON.stringify(told, undefined, 2)}\n`);
  } else if (terminal === undefined) {
    display.out(plainFrame(first));
  } else {
    await live(display.closed, (signal, end) => new LiveTop(client, first, terminal, end).run(signal));
  }
  return 0;
}

async function look(client: DaemonClient): Promise<TopLook> {
  const [report, top] = await Promise.all([client.report(), client.top(ROWS_ASKED)]);
  return { ...report, top, at: systemClock.monotonic() };
}

class LiveTop {
  readonly #client: DaemonClient;
  readonly #screen: Screen;
  readonly #isUnicode: boolean;
  readonly #end: () => void;
  #state: TopState;

  constructor(client: DaemonClient, first: TopLook, terminal: Terminal, end: () => void) {
    this.#client = client;
    this.#state = firstState(first);
    this.#isUnicode = terminal.isUnicode;
    this.#end = end;
    this.#screen = new Screen(terminal, {
      onKey: (key) => this.#press(key),
      onResize: () => this.#draw(),
      onGone: end,
    });
  }

  /** Resolves when the signal aborts, with the terminal as it was before. */
  async run(signal: AbortSignal): Promise<void> {
    this.#screen.open();
    try {
      while (!signal.aborted) {
        this.#draw();
        await systemClock.sleep(INTERVAL, signal);
        if (!signal.aborted && !this.#state.isPaused) {
          await this.#look(signal);
        }
      }
    } finally {
      this.#screen.close();
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      const found = await unlessAborted(look(this.#client), signal);
      this.#state = found === undefined ? this.#state : seen(this.#state, found);
    } catch (error) {
      if (!(error instanceof StatusFault)) {
        throw error;
      }
      this.#state = { ...this.#state, away: `${error.found} (${error.thing})` };
    }
  }

  #press(key: Key): void {
    if (key.name === 'interrupt' || (key.name === 'text' && key.text === 'q' && !this.#state.isWriting)) {
      this.#end();
      return;
    }
    this.#state = press(this.#state, key);
    this.#draw();
  }

  #draw(): void {
    this.#screen.draw(frame(this.#state, this.#screen.size, this.#isUnicode));
  }
}
