import { systemClock } from '../../base/clock.ts';
import { unlessAborted } from '../../leases/unless-aborted.ts';
import { StatusFault } from '../../status/status-fault.ts';
import { DaemonClient } from './daemon-client.ts';
import type { Display } from './display.ts';
import { live } from './live.ts';
import type { StatsOptions } from './question-options.ts';
import { statsText } from './stats-text.ts';
import { Blocks, InPlace, type Sight, type WatchView } from './watch-view.ts';

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

function viewOf({ json }: StatsOptions, { terminal, out }: Display, end: () => void): WatchView {
  return terminal === undefined || json ? new Blocks(out, json) : new InPlace(terminal, end);
}
