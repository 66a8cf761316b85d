import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './errno.ts';

/** rwxr-xr-x, as flannel makes its folder. */
const MODE = 0o755;

/**
 * Makes the folder and those above it that are missing, with mode 0755 whatever the umask is. Node's own recursive mkdir goes round for ever where a folder
 * can be looked into but nothing be made in it, such as /proc (Node 20).
 *
 * @throws what Node's fs throws
 */
export async function makeFolder(path: string): Promise<void> {
  if (await tryMake(path)) {
    return;
  }
  await makeFolder(dirname(path));
  // Now a missing folder above is an error: nothing can be made where it should be.
  await mkdir(path).then(() => chmod(path, MODE), unlessExists);
}

/** False when the folder above is missing. */
async function tryMake(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    await chmod(path, MODE);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return false;
    }
    unlessExists(error);
    return true;
  }
}

function unlessExists(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') {
    throw error;
  }
}
