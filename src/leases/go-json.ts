import { describeError } from '../base/fault.ts';

/** A JSON object whose field names are matched as Go's encoding/json does: without regard to case, the last one wins. */
export type GoObject = ReadonlyMap<string, unknown>;

/** Why a text is not what it should be; the caller makes the fault that names whose text it was. */
export type Refused = { readonly refused: string };

/** Parses the text as a JSON object. */
export function parseGoObject(text: string): GoObject | Refused {
  try {
    return toGoObject(JSON.parse(text));
  } catch (error) {
    return { refused: `not JSON: ${describeError(error)}` };
  }
}

/** Turns a parsed value into an object with case-insensitive names. */
export function toGoObject(value: unknown): GoObject | Refused {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { refused: `${describeJson(value)}, not a JSON object` };
  }
  return new Map(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]));
}

/** A field's value; null counts as absent, as it does when Go decodes into anything but a pointer. */
export function fieldOf(object: GoObject, name: string): unknown {
  return object.get(name.toLowerCase()) ?? undefined;
}

export function isRefused(value: GoObject | Refused): value is Refused {
  return 'refused' in value;
}

/** A JSON value as it reads in a message, cut to one short line. */
export function describeJson(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
