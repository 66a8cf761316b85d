import { lstat, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { codeOf } from '../base/errno.ts';
import { describeError, Fault } from '../base/fault.ts';
import { replaceFile, type WritingSteps } from '../base/replace-file.ts';
import { type Results, results } from './results.ts';

/** A file of results, or a report, that cannot be read or written. */
export class ResultsFileFault extends Fault {}

const FORMAT = results.shape.format.value;

/**
 * The results that writeResults wrote.
 *
 * @throws ResultsFileFault naming the file and the first thing that is wrong with it
 */
export async function readResults(path: string): Promise<Results> {
  const parsed = results.safeParse(jsonOf(await textOf(path), path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? '' : `${z.core.toDotPath(issue.path)}: `;
    throw new ResultsFileFault(
      path,
      `${where}${issue?.message}`,
      `results in format ${FORMAT}`,
      parsed.error,
    );
  }
  return parsed.data;
}

/**
 * Writes results as JSON; the file appears whole or not at all.
 *
 * @throws ResultsFileFault naming the file
 */
export function writeResults(path: string, found: Results, steps?: WritingSteps): Promise<void> {
  return writeReport(path, `${JSON.stringify(found)}\n`, steps);
}

/**
 * Writes a text for everybody to read, such as the page; the file appears whole or not at all.
 *
 * @throws ResultsFileFault naming the file
 */
export async function writeReport(path: string, data: string, steps?: WritingSteps): Promise<void> {
  const present = await lstat(path).catch(() => undefined);
  if (present !== undefined && !present.isFile()) {
    throw new ResultsFileFault(path, 'exists and is not a regular file', 'a regular file, or none yet');
  }
  try {
    await replaceFile({ path, temporary: `${path}.new`, data, mode: 0o644 }, steps);
  } catch (error) {
    const found = `cannot be written (${describeError(error)})`;
    throw new ResultsFileFault(path, found, 'a folder that can be written', error);
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const found = codeOf(error) === 'ENOENT' ? 'no such file' : `cannot be read (${describeError(error)})`;
    throw new ResultsFileFault(path, found, 'a file that --json wrote', error);
  }
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ResultsFileFault(
      path,
      `is not JSON (${describeError(error)})`,
      'a file that --json wrote',
      error,
    );
  }
}
