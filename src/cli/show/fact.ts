import { wrap } from '../../base/wrap.ts';
import { WIDTH } from './text.ts';

/** What a fact is about stands in so many columns, unless told. */
const TERM = 15;

const UNBREAKABLE = '\u00a0';

/**
 * A term and what there is to say about it, in as many lines of 80 columns as that takes; parts stay whole where they can.
 *
 * @param column where that begins, unless the term is longer
 */
export function fact(term: string, parts: readonly string[], column = TERM): string[] {
  const whole = parts.map((part) =>
    part.length < WIDTH - column ? part.replaceAll(' ', UNBREAKABLE) : part,
  );
  const lines = wrap(whole.join(', '), WIDTH, `${term} `.padEnd(column), ' '.repeat(column));
  return lines.map((line) => line.replaceAll(UNBREAKABLE, ' ').trimEnd());
}
