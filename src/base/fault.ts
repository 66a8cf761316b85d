/**
 * What every expected failure says: the thing it is about, what was found there, and what is allowed.
 *
 * Its message is one line that a person can act on without a stack trace. Each folder derives its own class,
 * so that a caller can tell a refusal of the kernel from trouble with the store without reading text.
 */
export abstract class Fault extends Error {
  readonly thing: string;
  readonly found: string;
  readonly allowed: string;

  constructor(thing: string, found: string, allowed: string, cause?: unknown) {
    super(oneLine(`${thing}: ${found}; allowed: ${allowed}`), cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.thing = thing;
    this.found = found;
    this.allowed = allowed;
  }
}

/** The message of anything that was thrown, on one line, with the messages of its causes behind it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) {
    return oneLine(String(error));
  }
  const own = oneLine(error.message === '' ? error.name : error.message);
  const cause = error.cause === undefined ? '' : describeError(error.cause);
  return cause === '' || own.includes(cause) ? own : `${own} (${cause})`;
}

/** More of a message than this is somebody's data. */
const LONGEST = 1000;

/** Foreign text (an etcd value, an argument) may hold line breaks, or be a megabyte; a message must not. */
function oneLine(text: string): string {
  const line = text
    .slice(0, LONGEST * 2)
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}
