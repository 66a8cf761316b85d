import { ratioText } from './numbers.ts';
import type { Cell } from './summary.ts';

type Told = Pick<Cell, 'ratio' | 'unsettled'>;

/**
 * What stands behind a value that is not the best: `3.2x`; where the rounds do not settle the ratio `>2.9x` for what all of
 * them exceed, or, where they do not even agree which is the better, `<1.3x` for what none of them exceeds.
 */
export function ratioMark(cell: Told): string {
  const { ratio } = cell;
  if (ratio === undefined || ratio === 1) {
    return '';
  }
  const bound = boundOf(cell);
  return bound === undefined ? ratioText(ratio) : `${bound.sign}${boundText(bound)}`;
}

/** `2.9x or more`. */
export function leastGapText(gap: number): string {
  return `${boundText({ sign: '>', value: gap })} or more`;
}

interface Bound {
  readonly sign: '<' | '>';
  readonly value: number;
}

/** The end that is nearer to 1 where all rounds are on one side of it, else the end on the side of the ratio. */
function boundOf({ ratio = 1, unsettled }: Told): Bound | undefined {
  if (unsettled === undefined) {
    return undefined;
  }
  const { least, most } = unsettled;
  const isBelow = ratio < 1;
  const agree = isBelow ? most < 1 : least > 1;
  return isBelow === agree ? { sign: '<', value: most } : { sign: '>', value: least };
}

const LETTERS = ['', 'k', 'M', 'G'];

/** Rounded so that it stays true, in at most five characters. */
function boundText({ sign, value }: Bound): string {
  const step = stepOf(value);
  const rounded = (sign === '<' ? Math.ceil(value / step) : Math.floor(value / step)) * step;
  const power = Math.min(Math.max(Math.floor(Math.log10(rounded) / 3), 0), LETTERS.length - 1);
  const divisor = 1000 ** power;
  const decimals = Math.max(0, Math.round(-Math.log10(stepOf(rounded) / divisor)));
  return `${(rounded / divisor).toFixed(decimals)}${LETTERS[power]}x`;
}

/** Two digits that count, or two decimals near 1. */
function stepOf(value: number): number {
  return value < 2 ? 0.01 : 10 ** (Math.floor(Math.log10(value)) - 1);
}
