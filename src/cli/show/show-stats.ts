import { systemClock } from '../../base/clock.ts';
import { unlessAborted } from '../../leases/unless-aborted.ts';
import { StatusFault } from '../../status/status-fault.ts';
import { DaemonClient } from './daemon-client.ts';
import type { Display } from './display.ts';
import { live } from './live.ts';
import type { StatsOptions } from './question-options.ts';
import { Screen } from './screen.ts';
import { statsText } from './stats-text.ts';

/** Milliseconds between two looks of `--watch`. */
const INTERVAL = 1000;

/**
 * `l3missd stats`: asks the running daemon and prints what it says, once or every second. A daemon that goes away while it
 * is watched is waited for.
 *
 * @throws StatusFault when no daemon can be asked at the start
 */
export async function showStats(options: StatsOptions, display: Display): Promise<number> {
  const client = new DaemonClient(options);
  if (options.watch) {
    await watch(options, display, () => describe(client, options.json, 0));
  } else {
    display.out(await describe(client, options.json, 2));
  }
  return 0;
}

async function describe(client: DaemonClient, json: boolean, indent: number): Promise<string> {
  return json
    ? `${JSON.stringify(await client.stats(), undefined, indent)}\n`
    : statsText(await client.report());
}

/** What was seen last, and why nothing newer could be seen. */
interface Sight {
  readonly text: string;
  readonly away?: string;
}

async function watch(options: StatsOptions, display: Display, look: () => Promise<string>): Promise<void> {
  const first = { text: await look() };
  await live(display.closed, async (signal, end) => {
    const view = viewOf(options, display, end);
    try {
      for (let sight: Sight = first; !signal.aborted; sight = await lookAgain(look, sight, signal)) {
        view.show(sight);
        await systemClock.sleep(INTERVAL, signal);
      }
    } finally {
      view.close();
    }
  });
}

async function lookAgain(look: () => Promise<string>, { text }: Sight, signal: AbortSignal): Promise<Sight> {
  try {
    return { text: (await unlessAborted(look(), signal)) ?? text };
  } catch (error) {
    if (error instanceof StatusFault) {
      return { text, away: error.message };
    }
    throw error;
  }
}

interface View {
  show(sight: Sight): void;
  close(): void;
}

function viewOf({ json }: StatsOptions, display: Display, end: () => void): View {
  return display.terminal === undefined || json
    ? new Blocks(display.out, json)
    : new InPlace(new Screen(display.terminal, { ...keysThatEnd(end), onResize: () => undefined }));
}

function keysThatEnd(end: () => void) {
  return {
    onKey: (key: { readonly name: string; readonly text?: string }) => {
      if (key.name === 'interrupt' || key.text === 'q') {
        end();
      }
    },
    onGone: end,
  };
}

/** One block below the other; that the daemon is away is said once. */
class Blocks implements View {
  readonly #out: (text: string) => void;
  readonly #json: boolean;
  #saidAway = false;
  #isFirst = true;

  constructor(out: (text: string) => void, json: boolean) {
    this.#out = out;
    this.#json = json;
  }

  show({ text, away }: Sight): void {
    if (away === undefined) {
      this.#out(this.#isFirst || this.#json ? text : `\n${text}`);
    } else if (!this.#saidAway) {
      this.#out(this.#json ? `${JSON.stringify({ away })}\n` : `\n${away}\n`);
    }
    this.#saidAway = away !== undefined;
    this.#isFirst = false;
  }

  close(): void {}
}

class InPlace implements View {
  readonly #screen: Screen;

  constructor(screen: Screen) {
    this.#screen = screen;
    screen.open();
  }

  show({ text, away }: Sight): void {
    const lines = text.trimEnd().split('\n');
    this.#screen.draw([
      ...(away === undefined ? [] : [{ text: away, look: 'alarm' as const }]),
      ...lines.map((line) => ({ text: line, look: 'plain' as const })),
    ]);
  }

  close(): void {
    this.#screen.close();
  }
}
