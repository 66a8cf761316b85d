import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { isDeepStrictEqual, promisify } from 'node:util';
import { z } from 'zod';
import { builtProgram } from '../../src/lab/daemon.ts';
import type { Host } from '../../src/lab/host.ts';
import { ALL_ENDINGS } from '../../src/misses/recording/outcomes.ts';
import { lookupSchema } from '../../src/status/lookup.ts';
import { type Miss, missSchema } from '../../src/status/miss.ts';
import type { Stats } from '../../src/status/stats.ts';
import type { StatusPage } from './status-page.ts';
import { until } from './until.ts';

/** Where the daemon under test serves its metrics, inside its namespace. */
export const STATUS_ADDRESS = '127.0.0.1:9434';

/** As the page writes what is not there. */
const NO_ADDRESS = '\u2013';

const run = promisify(execFile);

/** What was told of one address, and counted, since the witness began. */
export interface Seen {
  /** `L3 first refused ENOENT`, oldest first; the journal and the address's story agree about it. */
  readonly journal: readonly string[];
  /** What grew meanwhile, by ending; the statistics and the metrics agree about it. */
  readonly counted: Readonly<Record<string, number>>;
  /** Packets that left by the tunnel device, as the kernel counts them. */
  readonly sent: number;
}

const linkSchema = z.array(
  z.looseObject({ stats64: z.looseObject({ tx: z.looseObject({ packets: z.int() }) }) }),
);

/** Packets that left by the tunnel device since it was made, as the kernel counts them. */
export async function tunnelledPackets({ namespace }: Host): Promise<number> {
  const text = await namespace.run('ip', '-json', '-stats', 'link', 'show', 'dev', 'flannel.1');
  return linkSchema.parse(JSON.parse(text))[0]?.stats64.tx.packets ?? assert.fail('no device');
}

/** Hears everybody who tells of misses, and whether they agree. */
export class Witness {
  readonly #host: Host;
  readonly #page: StatusPage | undefined;
  #counted: Readonly<Record<string, number>> = {};
  #sent = 0;

  /** @param page open in a browser, if there is one */
  constructor(host: Host, page?: StatusPage) {
    this.#host = host;
    this.#page = page;
  }

  static async begin(host: Host, page?: StatusPage): Promise<Witness> {
    const witness = new Witness(host, page);
    witness.#counted = await witness.#metrics();
    witness.#sent = await witness.#packets();
    return witness;
  }

  /** Asks everybody about an address; fails when they contradict each other. */
  async end(address: string): Promise<Seen> {
    const journal = (await this.#journal('--subnet', `${address}/32`)).map(lineOf);
    const story = lookupSchema.parse(JSON.parse(await this.#command('lookup', address, '--json')));
    assert.deepEqual(story.misses.map(lineOf), journal.slice(-story.misses.length), 'lookup and misses');
    await this.#assertPageTells({ subnet: `${address}/32` }, address, journal);
    return { journal, ...(await this.#counts()) };
  }

  /** Asks everybody about frames to a MAC, of which no address tells; fails when they contradict each other. */
  async endFrames(mac: string): Promise<Seen> {
    const all = await this.#journal();
    const journal = all.filter(({ kind, vtep }) => kind === 'L2' && vtep?.mac === mac).map(lineOf);
    await this.#assertPageTells({ text: `${mac} ` }, NO_ADDRESS, journal);
    return { journal, ...(await this.#counts()) };
  }

  async #counts(): Promise<Pick<Seen, 'counted' | 'sent'>> {
    const metrics = await this.#metrics();
    assert.deepEqual(metrics, await this.#statistics(), 'metrics and statistics');
    const grown = Object.entries(metrics).map(
      ([name, count]) => [name, count - (this.#counted[name] ?? 0)] as const,
    );
    return {
      counted: Object.fromEntries(grown.filter(([, count]) => count !== 0)),
      sent: (await this.#packets()) - this.#sent,
    };
  }

  /** An address whose miss was held. */
  async heldDestination(): Promise<string> {
    const [miss] = await this.#journal('--outcome', 'held');
    return miss?.destination ?? assert.fail('nothing was held');
  }

  /** The page is told of misses as they come, within a second. */
  async #assertPageTells(
    { subnet = '', text = '' }: { subnet?: string; text?: string },
    address: string,
    journal: readonly string[],
  ): Promise<void> {
    const page = this.#page;
    if (page === undefined) {
      return;
    }
    await page.fill('filter-subnet', subnet);
    await page.fill('filter-text', text);
    await until(`the page tells of ${subnet}${text}: ${journal}`, async () => {
      const rows = await page.rows('journal-body');
      const told = rows.map(([, , outcome = '', kind = '']) => `${kind} ${outcome.replace(/[()]/g, '')}`);
      const isOfIt = rows.every(([, destination]) => destination === address);
      return isOfIt && isDeepStrictEqual(told.sort(), [...journal].sort());
    });
  }

  async #journal(...more: string[]): Promise<Miss[]> {
    const lines = (await this.#command('misses', '--json', ...more)).split('\n').filter(Boolean);
    return lines.map((line) => missSchema.parse(JSON.parse(line)));
  }

  async #command(...args: string[]): Promise<string> {
    const [program = '', ...options] = builtProgram();
    const socket = ['--control-socket', this.#host.daemon.controlSocket];
    return (await run(program, [...options, ...args, ...socket])).stdout;
  }

  async #packets(): Promise<number> {
    return tunnelledPackets(this.#host);
  }

  /** What a scrape gets. */
  metricsText(): Promise<string> {
    const script = `fetch('http://${STATUS_ADDRESS}/metrics').then(async (answer) => process.stdout.write(await answer.text()))`;
    return this.#host.namespace.run(process.execPath, '-e', script);
  }

  /** Endings with their counts, those that never happened left out. */
  async #metrics(): Promise<Record<string, number>> {
    const text = await this.metricsText();
    const found = [...text.matchAll(/^l3missd_misses_total\{([^}]*)\} (\d+)$/gm)].map(
      ([, labels = '', count]) => {
        const label = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1];
        return [`${label('kind')} ${label('phase')} ${label('outcome')}`, Number(count)] as const;
      },
    );
    return Object.fromEntries(found.filter(([, count]) => count > 0));
  }

  async #statistics(): Promise<Record<string, number>> {
    const stats: Stats = await this.#host.daemon.statistics();
    const metrics = await this.#metrics();
    // The statistics tell some phases together, so they are compared where they do and told as the metrics have them.
    const both = (outcome: string) =>
      (metrics[`L3 first ${outcome}`] ?? 0) + (metrics[`L3 refresh ${outcome}`] ?? 0);
    const { misses, l2Misses } = stats;
    assert.deepEqual(
      ['answered', 'no-lease', 'refused'].map((outcome) => metrics[`L2 first ${outcome}`] ?? 0),
      [l2Misses.repaired, l2Misses.unknown, l2Misses.notTaken],
    );
    assert.deepEqual(
      [metrics['L3 first answered'] ?? 0, metrics['L3 refresh answered'] ?? 0, both('already-answered')],
      [misses.answered, misses.refreshed, misses.alreadyAnswered],
    );
    assert.deepEqual(
      [both('no-lease'), both('own-subnet'), both('held'), both('recovered'), both('refused')],
      [misses.noLease, misses.ownSubnet, misses.held, misses.recovered, misses.notTaken],
    );
    assert.ok(
      Object.keys(metrics).every((name) => NAMES.has(name)),
      Object.keys(metrics).join(),
    );
    return metrics;
  }
}

const NAMES = new Set(ALL_ENDINGS.map(({ kind, phase, outcome }) => `${kind} ${phase} ${outcome}`));

function lineOf({ kind, phase, outcome, errno }: Miss): string {
  return [kind, phase, outcome, errno].filter((word) => word !== null).join(' ');
}
