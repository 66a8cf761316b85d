import type { KernelTables } from '../status/kernel-tables.ts';
import { byId, make, setFacts, setText } from './elements.ts';
import { formatCount, NOTHING } from './formats.ts';

/** The kernel's own numbers: its table of neighbours against the limits, what it dropped, the agent's sockets. */
export class KernelPanel {
  readonly #meter = byId('table-meter', HTMLMeterElement);
  readonly #words = byId('table-words', HTMLParagraphElement);
  readonly #facts = byId('kernel-facts', HTMLDListElement);
  readonly #sockets = byId('sockets', HTMLTableSectionElement);
  #tableFulls: number | undefined;

  /** The agent's own entries are PERMANENT and therefore exempt from the limits. */
  show({ neighbours, sockets }: KernelTables): void {
    const { entries, own, softLimit, middleLimit, hardLimit, tableFulls, unresolvedDiscards } = neighbours;
    const counted = Math.max(0, entries - own);
    const isRefusing = tableFulls > (this.#tableFulls ?? tableFulls);
    this.#tableFulls = tableFulls;
    this.#showMeter(counted, neighbours);
    setText(
      this.#words,
      `${formatCount(counted)} of ${formatCount(hardLimit)}${judgement(counted, neighbours, isRefusing)}`,
    );
    setFacts(this.#facts, [
      ['In the whole table', formatCount(entries)],
      ["Of them the agent's", formatCount(own)],
      ['Limits (gc_thresh1, 2, 3)', [softLimit, middleLimit, hardLimit].map(formatCount).join(' · ')],
      ['Refused because the table was full', formatCount(tableFulls)],
      [
        'Packets dropped while unresolved',
        unresolvedDiscards === null ? NOTHING : formatCount(unresolvedDiscards),
      ],
    ]);
    this.#sockets.replaceChildren(...sockets.map(socketRow));
  }

  /** A meter judges by ranges: below `low` is well, above `high` is near the end. */
  #showMeter(counted: number, { middleLimit, hardLimit }: KernelTables['neighbours']): void {
    this.#meter.max = hardLimit;
    this.#meter.low = Math.min(middleLimit, hardLimit);
    this.#meter.high = Math.min(hardLimit, Math.max(middleLimit, Math.floor(hardLimit * 0.9)));
    this.#meter.optimum = 0;
    this.#meter.value = Math.min(counted, hardLimit);
  }
}

/** In words too, because a colour is no sign for everybody. */
function judgement(
  counted: number,
  { middleLimit, hardLimit }: KernelTables['neighbours'],
  isRefusing: boolean,
): string {
  if (isRefusing) {
    return ', and the kernel refuses entries';
  }
  if (counted >= hardLimit) {
    return ', full unless others are permanent too';
  }
  return counted >= Math.min(middleLimit, hardLimit) ? ', getting full' : '';
}

function socketRow({ name, backlog, drops }: KernelTables['sockets'][number]): HTMLTableRowElement {
  const head = make('th', name);
  head.scope = 'row';
  const row = make('tr');
  row.append(head, make('td', formatCount(backlog), 'number'), make('td', formatCount(drops), 'number'));
  return row;
}
