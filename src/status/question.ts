import { Fault } from '../base/fault.ts';

/** A request that asks for something that there cannot be: the asker's mistake. */
export class QuestionFault extends Fault {}

/**
 * Reads the parameters of a question; whatever is wrong with them is the asker's mistake.
 *
 * @param known the names that the question has
 * @throws QuestionFault
 */
export function readQuestion<T>(
  parameters: URLSearchParams,
  known: readonly string[],
  read: (parameters: URLSearchParams) => T,
): T {
  for (const name of parameters.keys()) {
    if (!known.includes(name)) {
      throw new QuestionFault(name, 'no such parameter', known.length === 0 ? 'none' : known.join(', '));
    }
    if (parameters.getAll(name).length > 1) {
      throw new QuestionFault(name, 'given more than once', 'each parameter once');
    }
  }
  try {
    return read(parameters);
  } catch (error) {
    if (error instanceof Fault) {
      throw new QuestionFault(error.thing, error.found, error.allowed, error);
    }
    throw error;
  }
}

/**
 * A whole number; `byDefault` when there is none.
 *
 * @throws QuestionFault
 */
export function numberIn(
  parameters: URLSearchParams,
  name: string,
  [least, most]: readonly [number, number],
  byDefault: number,
): number {
  const given = parameters.get(name);
  if (given === null) {
    return byDefault;
  }
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new QuestionFault(name, JSON.stringify(given), `a whole number from ${least} to ${most}`);
  }
  return value;
}
