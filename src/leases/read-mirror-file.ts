import { constants, type FileHandle, open, rm } from 'node:fs/promises';
import { codeOf } from '../base/errno.ts';
import { describeError } from '../base/fault.ts';
import {
  type DatedCopy,
  type Here,
  LARGEST_MIRROR_FILE,
  MirrorFileFault,
  type MirrorFileProblem,
} from './mirror-copy.ts';
import { decodeMirrorCopy } from './mirror-format.ts';

export type MirrorFileRead =
  | { readonly kind: 'copy'; readonly copy: DatedCopy }
  | { readonly kind: 'unusable'; readonly fault: MirrorFileFault };

/** Neither follows a link nor waits for the other end of a FIFO. */
const OPENING = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** To ask whether a file is a copy at all. */
const NOWHERE: Here = { prefix: '', publicIp: 0 };
/** Written by the group or by others. */
const OTHERS_WRITE = 0o022;

/**
 * The copy of the mirror that MirrorFile wrote, or why there is none to be used; the fault's `problem` tells one reason
 * from the other. Only a regular file is read, that belongs to this process's user and that nobody else may write.
 */
export async function readMirrorFile(path: string, here: Here): Promise<MirrorFileRead> {
  try {
    return { kind: 'copy', copy: decodeMirrorCopy(await readBytes(path), path, here) };
  } catch (error) {
    if (error instanceof MirrorFileFault) {
      return { kind: 'unusable', fault: error };
    }
    throw error;
  }
}

/** What keeps a file from being removed. */
const NOT_OURS: readonly MirrorFileProblem[] = ['absent', 'unreadable', 'foreign'];

/**
 * Removes the copy of the mirror, usable or not; a file that MirrorFile did not write stays.
 *
 * @returns whether there was one
 * @throws what Node's fs throws
 */
export async function removeMirrorFile(path: string): Promise<boolean> {
  const read = await readMirrorFile(path, NOWHERE);
  if (read.kind === 'unusable' && NOT_OURS.includes(read.fault.problem)) {
    return false;
  }
  await rm(path);
  return true;
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    const file = await open(path, OPENING);
    try {
      return await fill(Buffer.alloc(await sizeOf(file, path)), file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw codeOf(error) === undefined ? error : unreadable(path, error);
  }
}

/** The size in bytes of a file that may be read. */
async function sizeOf(file: FileHandle, path: string): Promise<number> {
  const found = await file.stat();
  if (!found.isFile()) {
    throw notRegular(path);
  }
  if (found.uid !== process.geteuid?.()) {
    throw new MirrorFileFault('foreign', path, `belongs to user ${found.uid}`, 'a file of our own');
  }
  if ((found.mode & OTHERS_WRITE) !== 0) {
    const mode = (found.mode & 0o777).toString(8);
    throw new MirrorFileFault('foreign', path, `mode ${mode}`, 'one that we alone may write');
  }
  if (found.size > LARGEST_MIRROR_FILE) {
    throw new MirrorFileFault('foreign', path, `${found.size} bytes`, `at most ${LARGEST_MIRROR_FILE}`);
  }
  return found.size;
}

/** Reads no more than there is room for, however the file may grow meanwhile. */
async function fill(bytes: Buffer, file: FileHandle): Promise<Buffer> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) {
      break;
    }
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function unreadable(path: string, cause: unknown): MirrorFileFault {
  const code = codeOf(cause);
  if (code === 'ENOENT') {
    return new MirrorFileFault('absent', path, 'no such file', 'a copy from an earlier run', cause);
  }
  // What open(2) says of a symbolic link under O_NOFOLLOW, and of a socket.
  return code === 'ELOOP' || code === 'ENXIO'
    ? notRegular(path, cause)
    : new MirrorFileFault('unreadable', path, describeError(cause), 'a file that can be read', cause);
}

function notRegular(path: string, cause?: unknown): MirrorFileFault {
  return new MirrorFileFault('foreign', path, 'not a regular file', 'a regular file', cause);
}
