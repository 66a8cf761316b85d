import { lstat, unlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { makeFolder } from '../base/make-folder.ts';
import { fetchStats, VERSION_HEADER } from './control-client.ts';
import { closeServer, createStatusServer, type Routes, type StatusServer } from './http-server.ts';
import { StatusFault } from './status-fault.ts';

export interface ControlServerOptions {
  readonly path: string;
  /** What it answers. */
  readonly routes: Routes;
  readonly version: string;
  readonly log: Log;
  /** Milliseconds that a client has for its request; 5000 unless told. */
  readonly requestLimit?: number;
}

/**
 * Answers questions over HTTP on a unix socket with mode 0660. A socket on which nobody listens is replaced,
 * anything else at that path is left alone.
 *
 * @throws StatusFault when another daemon answers there, or the socket cannot be made
 */
export async function startControlServer(options: ControlServerOptions): Promise<StatusServer> {
  const { path, log } = options;
  const { routes, version, requestLimit } = options;
  const headers = { [VERSION_HEADER]: version };
  const server = createStatusServer(routes, {
    ...{ log, headers },
    ...(requestLimit === undefined ? {} : { requestLimit }),
  });
  try {
    await makeFolder(dirname(path));
    await makeRoom(path);
    await listen(server, path);
  } catch (error) {
    throw error instanceof StatusFault ? error : socketFault(path, error);
  }
  server.on('error', (err) => log.error({ err }, 'the control socket has trouble'));
  return { close: () => closeServer(server) };
}

/** bind(2) makes the socket within listen(), so the umask holds for that call alone: there is no moment of 0755. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const umask = process.umask(0o117);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(umask);
    }
  });
}

/**
 * Removes a stale socket: one that refuses connections because its process has gone.
 *
 * @throws StatusFault when another daemon answers there, or something else is there
 */
export async function makeRoom(path: string): Promise<void> {
  const found = await lstat(path).catch(ignore('ENOENT'));
  if (found === undefined) {
    return;
  }
  if (!found.isSocket()) {
    throw new StatusFault(path, 'exists and is not a socket', 'a free path or an abandoned control socket');
  }
  if (await isListening(path)) {
    throw await occupied(path);
  }
  await unlink(path).catch(ignore('ENOENT'));
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.destroy();
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') {
        resolve(false);
      } else {
        reject(error);
      }
    });
  });
}

async function occupied(path: string): Promise<StatusFault> {
  const allowed = 'one daemon per control socket; --control-socket names another';
  try {
    const { pid } = await fetchStats(path, 2000);
    return new StatusFault(path, `another l3missd (pid ${pid}) answers there`, allowed);
  } catch (error) {
    return new StatusFault(path, 'another process answers there', allowed, error);
  }
}

function socketFault(path: string, error: unknown): StatusFault {
  const found = `the socket cannot be made (${describeError(error)})`;
  return new StatusFault(path, found, 'a folder that can be written; --control-socket names it', error);
}

function ignore(code: string): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (error.code !== code) {
      throw error;
    }
    return undefined;
  };
}
