import { parseCidr } from './cidr.ts';
import { byId, setText } from './elements.ts';
import { formatCount, formatMany } from './formats.ts';
import { Journal } from './journal.ts';
import { type FeedState, JournalFeed } from './journal-feed.ts';
import { JournalTable } from './journal-table.ts';
import type { RowFilter } from './miss-row.ts';
import { OUTCOME_NAMES, outcomeOf } from './outcome-names.ts';

/** As many as the daemon keeps unless it is told otherwise. */
const ROWS = 10_000;

const STATES: Readonly<Record<FeedState, string>> = {
  live: 'live',
  refused: 'not live, because as many follow as the daemon takes; trying again',
  away: 'not live, trying again',
};

/** The journal of misses with its filter and its pause. */
export class JournalPanel {
  readonly #journal = new Journal(ROWS);
  readonly #table = new JournalTable(this.#journal);
  readonly #feed: JournalFeed;
  readonly #outcome = byId('filter-outcome', HTMLSelectElement);
  readonly #subnet = byId('filter-subnet', HTMLInputElement);
  readonly #subnetTrouble = byId('filter-subnet-trouble', HTMLParagraphElement);
  readonly #text = byId('filter-text', HTMLInputElement);
  readonly #pause = byId('pause', HTMLButtonElement);
  readonly #count = byId('journal-count', HTMLParagraphElement);
  readonly #empty = byId('journal-empty', HTMLParagraphElement);
  #state: FeedState = 'away';
  #skipped = 0;
  #isFiltered = false;

  constructor() {
    this.#feed = new JournalFeed({
      journal: this.#journal,
      limit: ROWS,
      onRows: (added) => {
        this.#table.update(added);
        this.#tell();
      },
      onState: (state, skipped) => {
        this.#state = state;
        this.#skipped = skipped;
        this.#tell();
      },
    });
    this.#outcome.append(...OUTCOME_NAMES.map((name) => new Option(name, name)));
    const form = byId('filter', HTMLFormElement);
    form.addEventListener('input', () => this.#filter());
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('reset', () => window.setTimeout(() => this.#filter()));
    this.#pause.addEventListener('click', () => this.#togglePause());
    // A reload of the page keeps what was typed in some browsers.
    this.#filter();
  }

  start(): void {
    this.#feed.start();
  }

  stop(): void {
    this.#feed.stop();
  }

  #filter(): void {
    const outcome = outcomeOf(this.#outcome.value);
    const typed = this.#subnet.value.trim();
    const subnet = parseCidr(typed);
    const isWrong = typed !== '' && subnet === undefined;
    this.#subnetTrouble.hidden = !isWrong;
    this.#subnet.ariaInvalid = String(isWrong);
    const text = this.#text.value.trim().toLowerCase();
    const filter: RowFilter = {
      ...(outcome === undefined ? {} : { outcome }),
      ...(subnet === undefined ? {} : { subnet }),
      ...(text === '' ? {} : { text }),
    };
    this.#isFiltered = Object.keys(filter).length > 0;
    this.#journal.filterBy(filter);
    this.#table.reset();
    this.#tell();
  }

  #togglePause(): void {
    if (this.#journal.isPaused) {
      this.#journal.resume();
      this.#table.reset();
    } else {
      this.#journal.pause();
    }
    this.#pause.ariaPressed = String(this.#journal.isPaused);
    setText(this.#pause, this.#journal.isPaused ? 'Go on' : 'Pause');
    this.#tell();
  }

  #tell(): void {
    const { size, shown, isPaused, waiting } = this.#journal;
    const skipped = this.#skipped;
    const all = formatMany(size, 'miss', 'misses');
    const parts = [
      this.#isFiltered ? `${formatCount(shown.length)} of ${all}` : all,
      isPaused ? `paused, ${formatCount(waiting)} more since` : STATES[this.#state],
      ...(skipped > 0 ? [`${formatCount(skipped)} came too fast and are left out`] : []),
    ];
    setText(this.#count, parts.join(' · '));
    this.#empty.hidden = shown.length > 0;
    setText(this.#empty, size === 0 ? 'No misses yet.' : 'No miss passes the filter.');
  }
}
