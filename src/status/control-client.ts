import { get, type IncomingMessage } from 'node:http';
import { describeError } from '../base/fault.ts';
import { type Stats, statsSchema } from './stats.ts';
import { StatusFault } from './status-fault.ts';

/** The path on the control socket. */
export const STATS_PATH = '/v1/stats';

const TIME_LIMIT = 5000;
const SIZE_LIMIT = 1024 * 1024;

/**
 * Asks the daemon behind the control socket for its statistics.
 *
 * @param timeLimit milliseconds for the whole exchange
 * @throws StatusFault when nobody answers, access is denied, or the answer is not l3missd's
 */
export async function fetchStats(path: string, timeLimit = TIME_LIMIT): Promise<Stats> {
  const signal = AbortSignal.timeout(timeLimit);
  const response = await request(path, signal).catch((error) => {
    throw requestFault(path, error, signal);
  });
  const body = await readBody(response).catch((error) => {
    throw requestFault(path, error, signal);
  });
  const stats = response.statusCode === 200 ? parseStats(body) : undefined;
  if (stats === undefined) {
    throw foreign(path);
  }
  return stats;
}

function request(socketPath: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ socketPath, path: STATS_PATH, agent: false, signal }, resolve).on('error', reject);
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > SIZE_LIMIT) {
      break;
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseStats(body: string): Stats | undefined {
  try {
    return statsSchema.safeParse(JSON.parse(body)).data;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

function requestFault(path: string, error: unknown, { aborted }: AbortSignal): StatusFault {
  if (aborted) {
    return new StatusFault(path, 'no answer in time', 'the control socket of a running l3missd');
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new StatusFault(path, 'no l3missd answers there', 'the control socket of a running l3missd');
    case 'EACCES':
    case 'EPERM':
      return new StatusFault(path, 'permission denied', "root and the members of the socket's group");
    default:
      return isHttpFailure(code)
        ? foreign(path, error)
        : new StatusFault(path, describeError(error), 'l3missd', error);
  }
}

/** The connection was made, and what came over it is not HTTP or is cut short. */
function isHttpFailure(code: unknown): boolean {
  return typeof code === 'string' && (code.startsWith('HPE_') || code === 'ECONNRESET');
}

function foreign(path: string, cause?: unknown): StatusFault {
  return new StatusFault(path, 'what answers there is not this l3missd', 'its control socket', cause);
}
