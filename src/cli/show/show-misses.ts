import type { Miss } from '../../status/miss.ts';
import { DaemonClient } from './daemon-client.ts';
import { type Display, sizeOf } from './display.ts';
import { live } from './live.ts';
import { MissLines } from './miss-lines.ts';
import type { MissesOptions } from './question-options.ts';
import { count, WIDTH } from './text.ts';

/**
 * `l3missd misses`: prints the journal, and with `--follow` goes on with what comes, without a gap between the two and
 * without a miss twice.
 *
 * @throws StatusFault when no daemon can be asked, or it ends while it is followed
 */
export async function showMisses(options: MissesOptions, display: Display): Promise<number> {
  const client = new DaemonClient(options);
  const printer = new Printer(options, display);
  if (!options.follow) {
    printer.past(await client.misses(options.query));
    return 0;
  }
  await live(display.closed, async (signal, end) => {
    try {
      await follow(client, options, printer, signal);
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
    } finally {
      end();
    }
  });
  return 0;
}

/** The stream is opened before the past is asked for: what comes between the two is in both, and has a number. */
async function follow(
  client: DaemonClient,
  { query }: MissesOptions,
  printer: Printer,
  signal: AbortSignal,
): Promise<void> {
  const stream = await client.follow(query, signal);
  // What the stream tells first may be a second old: older than `--since` allows, though not in the past that is shown.
  const newest = await client.newestNumber();
  const past = await client.misses(query);
  printer.past(past);
  const latest = past.at(-1)?.number ?? newest;
  const isNew = ({ number }: Miss) =>
    [newest, latest].every((shown) => shown === undefined || isLater(number, shown));
  for await (const told of stream) {
    if (!('miss' in told)) {
      printer.skipped(told.skipped);
    } else if (isNew(told.miss)) {
      printer.print(told.miss);
    }
  }
}

/** Numbers are of 32 bits, and go on with 0. */
function isLater(number: number, than: number): boolean {
  return ((number - than) | 0) > 0;
}

class Printer {
  readonly #out: (text: string) => void;
  readonly #options: MissesOptions;
  readonly #lines: MissLines;

  constructor(options: MissesOptions, { out, terminal }: Display) {
    this.#out = out;
    this.#options = options;
    this.#lines = new MissLines(terminal === undefined ? WIDTH : sizeOf(terminal.output).columns);
  }

  past(misses: readonly Miss[]): void {
    if (!this.#options.json) {
      this.#out(misses.length === 0 && !this.#options.follow ? 'no such miss\n' : `${this.#lines.head}\n`);
    }
    if (misses.length > 0) {
      this.#out(misses.map((miss) => this.#textOf(miss)).join(''));
    }
  }

  print(miss: Miss): void {
    this.#out(this.#textOf(miss));
  }

  skipped(amount: number): void {
    const text = `(${count(amount)} misses left out: they come faster than they are told)`;
    this.#out(`${this.#options.json ? JSON.stringify({ skipped: amount }) : text}\n`);
  }

  #textOf(miss: Miss): string {
    const lines = this.#options.json ? [JSON.stringify(miss)] : this.#lines.linesOf(miss);
    return `${lines.join('\n')}\n`;
  }
}
