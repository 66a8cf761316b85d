import { ratioText } from './numbers.ts';
import type { Cell } from './summary.ts';

/** What stands behind a value that is not the best: `3.2x`; `~3.2x` where another run may tell another ratio. */
export function ratioMark({ ratio, rough }: Pick<Cell, 'ratio' | 'rough'>): string {
  if (ratio === undefined || ratio === 1) {
    return '';
  }
  return rough ? roughText(ratio) : ratioText(ratio);
}

/** Two digits are enough for what is known so roughly, and leave room for the sign. */
function roughText(ratio: number): string {
  const isWritten = ratio >= 0.01 && ratio < 999_500;
  const short =
    ratio >= 999.5 ? `${Number((ratio / 1000).toPrecision(2))}kx` : `${Number(ratio.toPrecision(2))}x`;
  return isWritten ? `~${ratio < 9.95 ? ratioText(ratio) : short}` : ratioText(ratio);
}
