import { existsSync } from 'node:fs';

/** A file system in memory that every user may write to (Linux's tmpfs for shm_open(3)). */
const MEMORY_FOLDER = '/dev/shm';

/**
 * Puts the folders of labs that are reserved from now on into memory. etcd waits for the disk at every change, which
 * keeps processors busy with what is not measured.
 */
export function keepFilesInMemory(): void {
  if (existsSync(MEMORY_FOLDER)) {
    Object.assign(process.env, { TMPDIR: MEMORY_FOLDER });
  }
}
