/**
 * The text in lines of at most `width` characters, the first behind `first` and the others behind `indent`. A word that
 * is longer is cut; a per cent sign stays with its number.
 */
export function wrap(text: string, width: number, first = '', indent = first): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/ (?!%)/).flatMap((long) => pieces(long, width - indent.length))) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

function pieces(word: string, width: number): string[] {
  return word.match(new RegExp(`.{1,${width}}`, 'gsu')) ?? [];
}
