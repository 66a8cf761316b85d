import { readFileSync } from 'node:fs';
import { codeOf } from '../base/errno.ts';
import { CompareFault } from './compare-fault.ts';
import { type Results, results } from './results.ts';

const ALLOWED = 'what l3missd compare --json wrote';

/**
 * Reads results that were written as JSON.
 *
 * @throws CompareFault naming the file and what is wrong with it
 */
export function readResults(file: string): Results {
  const parsed = results.safeParse(parseJson(file, readText(file)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    const found = `${where === '' ? 'the whole' : where}: ${issue?.message ?? 'not as expected'}`;
    throw new CompareFault(file, found, ALLOWED);
  }
  return parsed.data;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CompareFault(file, `it cannot be read (${codeOf(error) ?? 'unknown'})`, ALLOWED, error);
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CompareFault(file, 'it is not JSON', ALLOWED, error);
  }
}
