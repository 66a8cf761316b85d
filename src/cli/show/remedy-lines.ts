import { wrap } from '../../base/wrap.ts';
import type { Remedy } from '../../status/finding.ts';
import { printable, WIDTH } from './text.ts';

/** What mends something: a command in one line however long it is, because it is there to be copied; below it what to know of it. */
export function remedyLines({ mend, note }: Remedy, indent: number): string[] {
  const margin = ' '.repeat(indent);
  return [
    ...(mend === null ? [] : [`${margin}-> ${printable(mend)}`]),
    ...(note === null
      ? []
      : wrap(printable(note), WIDTH, `${margin}${mend === null ? '-> ' : '   '}`, `${margin}   `)),
  ];
}
