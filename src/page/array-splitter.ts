/**
 * Cuts a JSON array that comes in pieces into the texts of its elements, which must be objects: so that a long array can
 * be parsed a little at a time, and be shown before it has ended.
 */
export class ArraySplitter {
  #rest = '';
  #depth = 0;
  #isInText = false;

  /** Takes the next piece. @returns the elements that are whole now */
  push(piece: string): string[] {
    const text = this.#rest + piece;
    const elements: string[] = [];
    let begin = 0;
    for (let at = this.#rest.length; at < text.length; at++) {
      const end = this.#step(text, at);
      if (end === 'begin') {
        begin = at;
      } else if (end === 'end') {
        elements.push(text.slice(begin, at + 1));
        begin = at + 1;
      }
    }
    this.#rest = text.slice(begin);
    return elements;
  }

  /** What the character there means for the element that is read. */
  #step(text: string, at: number): 'begin' | 'end' | undefined {
    const character = text[at];
    if (this.#isInText) {
      this.#isInText = character !== '"' || isEscaped(text, at);
    } else if (character === '"') {
      this.#isInText = true;
    } else if (character === '{') {
      this.#depth += 1;
      return this.#depth === 1 ? 'begin' : undefined;
    } else if (character === '}') {
      this.#depth -= 1;
      return this.#depth === 0 ? 'end' : undefined;
    }
    return undefined;
  }
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') {
    backslashes += 1;
  }
  return backslashes % 2 === 1;
}
