import type { Miss } from '../status/miss.ts';
import type { FOLLOW_PATH, MISSES_PATH } from '../status/paths.ts';
import { urlOf } from './api.ts';
import { ArraySplitter } from './array-splitter.ts';
import type { Journal } from './journal.ts';
import { type MissRow, rowOf } from './miss-row.ts';
import { PageFault } from './page-fault.ts';
import { nextTask } from './tasks.ts';

const LIST: typeof MISSES_PATH = '/v1/misses';
const LIVE: typeof FOLLOW_PATH = '/v1/misses/follow';

/** So many rows are enough for one task: a few milliseconds, so that the page answers its reader meanwhile. */
const AT_ONCE = 100;

/** Letters of events that wait to be taken in, about as many as the journal's rows have. */
const LETTERS_WAITING = 4_000_000;

/** As much of the list, as long as so many rows. */
const LETTERS_AT_ONCE = 40_000;

/** Milliseconds between two looks at what came live. */
const TAKE_IN_EVERY = 200;

/** Milliseconds. Each try of the second kind reads the whole journal. */
const TRY_AGAIN_AFTER = 2000;
const WHEN_REFUSED_AFTER = 15_000;

/** Whether live rows come; `refused`: the daemon answers, and has as many followers as it takes. */
export type FeedState = 'live' | 'refused' | 'away';

export interface FeedParts {
  readonly journal: Journal;
  /** How many rows are asked for. */
  readonly limit: number;
  /** The journal changed; so many more rows are shown. */
  readonly onRows: (added: number) => void;
  /** @param skipped how many were left out because they came too fast */
  readonly onState: (state: FeedState, skipped: number) => void;
}

/** Fills the journal: first with what the daemon has, then with what comes. It tries again whenever it is cut off. */
export class JournalFeed {
  readonly #parts: FeedParts;
  #connected: AbortController | undefined;
  /** Events that are not taken in yet, each a list of misses as JSON. */
  #queue: string[] = [];
  #letters = 0;
  #skipped = 0;
  #state: FeedState = 'away';

  constructor(parts: FeedParts) {
    this.#parts = parts;
    this.#takeIn();
  }

  /** Connects anew. The live events come first, so that nothing is missed between the list and them. */
  start(): void {
    this.#cutOff();
    const connected = new AbortController();
    this.#connected = connected;
    const { signal } = connected;
    const source = new EventSource(urlOf(LIVE));
    signal.addEventListener('abort', () => source.close());
    const again = (milliseconds: number) =>
      window.setTimeout(() => this.#connected === connected && this.start(), milliseconds);
    const fail = () => {
      if (!signal.aborted) {
        this.#cutOff();
        again(TRY_AGAIN_AFTER);
      }
    };
    source.addEventListener('open', () => this.#list('live', signal).catch(fail), { once: true });
    source.addEventListener('error', () => {
      // It gives up by itself only where an answer came, and was no stream (WHATWG HTML, 9.2.2).
      if (source.readyState === EventSource.CLOSED && !signal.aborted) {
        this.#list('refused', signal).then(() => again(WHEN_REFUSED_AFTER), fail);
      } else {
        fail();
      }
    });
    source.addEventListener('misses', ({ data }) => this.#hear(String(data)));
    source.addEventListener('skipped', ({ data }) => this.#skip(Number(data)));
  }

  /** Until `start` is called nothing is asked. */
  stop(): void {
    this.#cutOff();
    this.#connected = undefined;
  }

  #cutOff(): void {
    this.#connected?.abort();
    this.#queue = [];
    this.#letters = 0;
    this.#state = 'away';
    this.#tellState();
  }

  async #list(state: FeedState, signal: AbortSignal): Promise<void> {
    const { journal, limit, onRows } = this.#parts;
    const rows = await listOf(urlOf(LIST, { limit: String(limit) }), signal);
    if (!signal.aborted) {
      journal.replace(rows);
      this.#state = state;
      this.#skipped = 0;
      this.#tellState();
      onRows(0);
    }
  }

  #hear(event: string): void {
    this.#queue.push(event);
    this.#letters += event.length;
    while (this.#letters > LETTERS_WAITING) {
      this.#skip(this.#next().length);
    }
  }

  /** The misses of the oldest event that waits. */
  #next(): MissRow[] {
    const event = this.#queue.shift() ?? '[]';
    this.#letters -= event.length;
    const misses: Miss[] = JSON.parse(event);
    return misses.map(rowOf);
  }

  #skip(count: number): void {
    this.#skipped += count;
    this.#tellState();
  }

  /** Takes in a part of what came, and then the next: in a flood at once, so that one task is as short as the others. */
  #takeIn(): void {
    const isLive = this.#state === 'live';
    if (isLive && this.#queue.length > 0) {
      const { journal, onRows } = this.#parts;
      const rows: MissRow[] = [];
      while (rows.length < AT_ONCE && this.#queue.length > 0) {
        rows.push(...this.#next());
      }
      onRows(journal.add(rows));
    }
    window.setTimeout(() => this.#takeIn(), isLive && this.#queue.length > 0 ? 0 : TAKE_IN_EVERY);
  }

  #tellState(): void {
    this.#parts.onState(this.#state, this.#skipped);
  }
}

/** The daemon's journal, oldest first, read and parsed a little at a time. */
async function listOf(url: string, signal: AbortSignal): Promise<MissRow[]> {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null) {
    throw new PageFault(url, `status ${response.status}`, 'the journal');
  }
  const rows: MissRow[] = [];
  const splitter = new ArraySplitter();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    // The daemon is near, and a piece may be a megabyte.
    for (let begin = 0; begin < piece.value.length; begin += LETTERS_AT_ONCE) {
      rows.push(...splitter.push(piece.value.slice(begin, begin + LETTERS_AT_ONCE)).map(parseRow));
      await nextTask();
    }
  }
  return rows;
}

function parseRow(text: string): MissRow {
  const miss: Miss = JSON.parse(text);
  return rowOf(miss);
}
