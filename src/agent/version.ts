import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';

/** The package that this file belongs to is incomplete. */
export class PackageFault extends Fault {}

const packageSchema = z.object({ name: z.literal('l3missd'), version: z.string() });

/**
 * The version in the project's package.json, which lies in one of the folders above this file: how many depends on
 * the folder that was built into.
 *
 * @throws PackageFault
 */
export function readVersion(start: string = import.meta.url): string {
  for (let folder = new URL('./', start); ; folder = new URL('../', folder)) {
    const version = versionIn(new URL('package.json', folder));
    if (version !== undefined) {
      return version;
    }
    if (folder.pathname === '/') {
      throw new PackageFault(
        fileURLToPath(start),
        'no package.json of l3missd above it',
        'a whole installation',
      );
    }
  }
}

function versionIn(file: URL): string | undefined {
  try {
    return packageSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data?.version;
  } catch (error) {
    if (
      error instanceof SyntaxError ||
      (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    ) {
      return undefined;
    }
    throw error;
  }
}
