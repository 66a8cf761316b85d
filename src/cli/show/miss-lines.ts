import type { Miss } from '../../status/miss.ts';
import { fit, microseconds } from './text.ts';

/** From so many columns on a line has room for everything that is known of a miss. */
const WIDE = 120;

interface Field {
  readonly title: string;
  readonly width: number;
  readonly right?: boolean;
  readonly text: (miss: Miss) => string;
}

const TIME: Field = { title: 'time (UTC)', width: 12, text: ({ at }) => at.slice(11, 23) };
const ASKED: Field = {
  title: 'asked',
  width: 7,
  text: ({ kind, phase }) => (kind === 'L2' ? kind : phase),
};
const OUTCOME: Field = { title: 'outcome', width: 16, text: outcomeOf };
const OWNER: Field = { title: 'host', width: 15, text: ({ vtep }) => vtep?.address ?? '-' };
const LATENCY: Field = {
  title: 'took',
  width: 7,
  right: true,
  text: ({ latencyMicroseconds }) => microseconds(latencyMicroseconds),
};

/** 80 columns: the lease stands behind the address as the length of its prefix. */
const NARROW_FIELDS: readonly Field[] = [
  TIME,
  ASKED,
  OUTCOME,
  { title: 'address', width: 18, text: (miss) => addressOf(miss) + lengthOf(miss) },
  OWNER,
  LATENCY,
];

/** 120 columns: 115 are needed. */
const WIDE_FIELDS: readonly Field[] = [
  TIME,
  ASKED,
  OUTCOME,
  { title: 'address', width: 17, text: addressOf },
  { title: 'lease', width: 18, text: ({ subnet }) => subnet ?? '-' },
  OWNER,
  { title: 'MAC', width: 17, text: ({ vtep }) => vtep?.mac ?? '-' },
  LATENCY,
];

/** Misses as lines of fixed columns, so that those to come stand below each other too. */
export class MissLines {
  readonly #fields: readonly Field[];
  #day = '';

  /** @param columns that there is room for; 80 are needed at least */
  constructor(columns: number) {
    this.#fields = columns >= WIDE ? WIDE_FIELDS : NARROW_FIELDS;
  }

  get head(): string {
    return this.#line(({ title }) => title);
  }

  /** One line, behind one with the date where that is another one than before. */
  linesOf(miss: Miss): string[] {
    const day = miss.at.slice(0, 10);
    const date = day === this.#day ? [] : [day];
    this.#day = day;
    return [...date, this.#line(({ text, width }) => fit(text(miss), width))];
  }

  #line(text: (field: Field) => string): string {
    return this.#fields
      .map((field) =>
        field.right === true ? text(field).padStart(field.width) : text(field).padEnd(field.width),
      )
      .join(' ')
      .trimEnd();
  }
}

/** Only a refusal has an errno; both together may be too long. */
function outcomeOf({ outcome, errno }: Miss): string {
  const both = `${outcome} ${errno ?? ''}`.trim();
  return both.length <= 16 ? both : (errno ?? outcome);
}

/** The kernel asks for an address, or for the place of a MAC (L2). */
function addressOf({ destination, vtep }: Miss): string {
  return destination ?? vtep?.mac ?? '-';
}

function lengthOf({ destination, subnet }: Miss): string {
  return destination === null || subnet === null ? '' : subnet.slice(subnet.indexOf('/'));
}
