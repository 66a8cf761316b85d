/** A key that means something; `text` is a character to write. */
export type Key =
  | { readonly name: 'up' | 'down' | 'left' | 'right' | 'page-up' | 'page-down' | 'home' | 'tab' }
  | { readonly name: 'enter' | 'escape' | 'backspace' | 'interrupt' }
  | { readonly name: 'text'; readonly text: string };

type Name = Exclude<Key['name'], 'text'>;

/** What terminals send, in normal and in application mode (xterm's ctlseqs). */
const SEQUENCES: ReadonlyMap<string, Name> = new Map([
  ['\x1b[A', 'up'],
  ['\x1bOA', 'up'],
  ['\x1b[B', 'down'],
  ['\x1bOB', 'down'],
  ['\x1b[C', 'right'],
  ['\x1bOC', 'right'],
  ['\x1b[D', 'left'],
  ['\x1bOD', 'left'],
  ['\x1b[Z', 'tab'],
  ['\x1b[5~', 'page-up'],
  ['\x1b[6~', 'page-down'],
  ['\x1b[H', 'home'],
  ['\x1bOH', 'home'],
  ['\x1b[1~', 'home'],
  ['\x1b', 'escape'],
  ['\t', 'tab'],
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\x7f', 'backspace'],
  ['\b', 'backspace'],
  ['\x03', 'interrupt'],
  ['\x04', 'interrupt'],
]);

/** A control sequence (CSI, SS3), or one character. */
const UNITS = /\p{Cc}(?:\[[0-?]*[ -/]*[@-~]|O[ -~])|./gsu;

/** The keys in what a terminal sent; sequences that mean nothing here are left out. */
export function decodeKeys(text: string): Key[] {
  return (text.match(UNITS) ?? []).flatMap((unit): Key[] => {
    const name = SEQUENCES.get(unit);
    if (name !== undefined) {
      return [{ name }];
    }
    return unit >= ' ' && unit !== '\x7f' ? [{ name: 'text', text: unit }] : [];
  });
}
