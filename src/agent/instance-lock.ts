import { createConnection, createServer, type Server } from 'node:net';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';

/** Another process runs this device. */
export class InstanceFault extends Fault {}

/** Held until it is released or the process ends, however it ends. */
export interface InstanceLock {
  release(): Promise<void>;
}

const holderSchema = z.object({ pid: z.int().positive(), controlSocket: z.string() });
type Holder = z.infer<typeof holderSchema>;

/** Milliseconds for the holder to say who it is. */
const ANSWER_LIMIT = 1000;
const ANSWER_SIZE = 4096;
const ATTEMPTS = 3;

/**
 * Makes this process the only one that runs the device in its network namespace. The lock is an abstract unix socket
 * (unix(7)): such names belong to the network namespace, as devices do, and vanish with their process. The socket
 * tells whoever connects who holds it.
 *
 * @throws InstanceFault naming the holder
 */
export async function acquireInstanceLock(
  device: string,
  { controlSocket }: { controlSocket: string },
): Promise<InstanceLock> {
  const name = lockName(device);
  let holder: Holder | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.unref();
      socket.end(JSON.stringify({ pid: process.pid, controlSocket } satisfies Holder), () =>
        socket.destroy(),
      );
    });
    if (await listen(server, name, device)) {
      // The lock alone keeps no process alive.
      server.unref();
      return { release: () => close(server) };
    }
    holder = await askHolder(name);
    if (holder !== undefined) {
      break;
    }
  }
  const who = holder === undefined ? 'another process' : `l3missd with pid ${holder.pid}`;
  const where = holder === undefined ? '' : ` (control socket ${holder.controlSocket})`;
  throw new InstanceFault(
    device,
    `${who} already runs it${where}`,
    'one daemon per device and network namespace',
  );
}

/**
 * The name with its leading zero byte that makes it abstract, filled with zero bytes to the 108 of sun_path: Node 20
 * fills up by itself, later versions (libuv) do not, and to the kernel names of different lengths differ.
 */
export function lockName(device: string): string {
  return `\0l3missd/${device}`.padEnd(108, '\0');
}

/** Resolves to false when the name is taken. */
function listen(server: Server, name: string, device: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        resolve(false);
      } else {
        reject(new InstanceFault(device, 'its lock cannot be taken', 'an abstract unix socket', error));
      }
    });
    server.listen(name, () => resolve(true));
  });
}

/** Who holds the name; undefined when it is free again or the holder does not say. */
function askHolder(name: string): Promise<Holder | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = createConnection({ path: name });
    const finish = () => {
      socket.destroy();
      resolve(parseHolder(answer));
    };
    const limit = setTimeout(finish, ANSWER_LIMIT);
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      answer += chunk;
      if (answer.length > ANSWER_SIZE) {
        finish();
      }
    });
    socket.on('end', finish);
    // A holder that has just gone refuses the connection: the caller tries for the name again.
    socket.on('error', finish);
    socket.on('close', () => clearTimeout(limit));
  });
}

function parseHolder(answer: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(answer)).data;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
}
