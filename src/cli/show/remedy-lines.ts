import { printable } from './text.ts';

/** What mends something, in one line however long it is: a command is there to be copied. */
export function mendLine(mend: string, indent: number): string {
  return `${' '.repeat(indent)}-> ${printable(mend)}`;
}
