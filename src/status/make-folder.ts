import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes the folder and those above it that are missing, each with mode 0755 whatever the umask is. */
export async function makeFolder(path: string): Promise<void> {
  const topmost = await mkdir(path, { recursive: true });
  if (topmost === undefined) {
    return;
  }
  for (let made = path; made.length >= topmost.length; made = dirname(made)) {
    await chmod(made, 0o755);
  }
}
