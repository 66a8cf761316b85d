import { lstat } from 'node:fs/promises';
import { describeError, Fault } from '../base/fault.ts';
import { replaceFile, type WritingSteps } from '../base/replace-file.ts';
import { LARGEST_MIRROR_FILE } from './mirror-copy.ts';

/** The copy of the mirror cannot be written. */
export class MirrorWriteFault extends Fault {}

/**
 * Puts the bytes at the path, readable by our user alone. They appear whole or not at all, also when the process is
 * killed or the machine loses power. There is one temporary file, which the next write removes if a kill left it.
 *
 * @throws MirrorWriteFault naming the file
 */
export async function replaceMirrorFile(path: string, bytes: Buffer, steps?: WritingSteps): Promise<void> {
  if (bytes.length > LARGEST_MIRROR_FILE) {
    throw new MirrorWriteFault(path, `${bytes.length} bytes to write`, `at most ${LARGEST_MIRROR_FILE}`);
  }
  const found = await lstat(path).catch(() => undefined);
  if (found !== undefined && !found.isFile()) {
    throw new MirrorWriteFault(path, 'exists and is not a regular file', 'a regular file, or none yet');
  }
  try {
    await replaceFile({ path, temporary: `${path}.new`, data: bytes }, steps);
  } catch (error) {
    const found = `cannot be written (${describeError(error)})`;
    throw new MirrorWriteFault(path, found, 'a folder that can be written', error);
  }
}
