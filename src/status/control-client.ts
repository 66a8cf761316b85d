import { get, type IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { describeError } from '../base/fault.ts';
import { STATS_PATH } from './paths.ts';
import { type Stats, statsSchema } from './stats.ts';
import { StatusFault } from './status-fault.ts';

/** Answers carry the version of the daemon that gave them. */
export const VERSION_HEADER = 'x-l3missd-version';

const TIME_LIMIT = 5000;
const SIZE_LIMIT = 64 * 1024 * 1024;

/** A question to the daemon behind a control socket. */
export interface Question<T> {
  /** With its parameters: `/v1/misses?outcome=no-lease`. */
  readonly path: string;
  readonly schema: z.ZodType<T>;
  /** Milliseconds for the whole exchange: 5000 unless told. */
  readonly timeLimit?: number;
}

/**
 * Asks the daemon behind the control socket.
 *
 * @param version of this program, to tell when the daemon's is another one
 * @throws StatusFault when nobody answers, access is denied, or the answer is not l3missd's
 */
export async function ask<T>(socketPath: string, question: Question<T>, version?: string): Promise<T> {
  const signal = AbortSignal.timeout(question.timeLimit ?? TIME_LIMIT);
  const response = await open(socketPath, question.path, signal);
  const body = await readBody(response).catch((error) => {
    throw requestFault(socketPath, error, signal);
  });
  const theirs = response.headers[VERSION_HEADER];
  const isOther = theirs !== undefined && version !== undefined && theirs !== version;
  const answer = response.statusCode === 200 && !isOther ? parse(body, question.schema) : undefined;
  if (answer === undefined) {
    throw refusal(socketPath, response, body, version);
  }
  return answer;
}

/** The daemon's statistics. @throws StatusFault as `ask` does */
export function fetchStats(socketPath: string, timeLimit = TIME_LIMIT, version?: string): Promise<Stats> {
  return ask(socketPath, { path: STATS_PATH, schema: statsSchema, timeLimit }, version);
}

/**
 * Opens an answer of the daemon.
 *
 * @throws StatusFault when nobody answers, or access is denied
 */
export async function open(socketPath: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  try {
    return await new Promise((resolve, reject) => {
      get({ socketPath, path, agent: false, signal }, resolve).on('error', reject);
    });
  } catch (error) {
    throw requestFault(socketPath, error, signal);
  }
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

function parse<T>(body: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

function requestFault(path: string, error: unknown, { aborted }: AbortSignal): StatusFault {
  if (aborted) {
    const allowed =
      'an l3missd that nothing holds up: see journalctl -u l3missd, or systemctl restart l3missd';
    return new StatusFault(path, 'no answer in time', allowed);
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED': {
      const allowed = 'a running l3missd: systemctl start l3missd, or name its socket with --control-socket';
      return new StatusFault(path, 'no l3missd answers there', allowed);
    }
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

/** Why an answer that came is not what was asked for. */
export function refusal(
  path: string,
  response: IncomingMessage,
  body: string,
  version: string | undefined,
): StatusFault {
  const theirs = response.headers[VERSION_HEADER];
  if (theirs !== undefined && version !== undefined && theirs !== version) {
    const found = `l3missd ${theirs} answers there, and this is ${version}`;
    return new StatusFault(path, found, 'the same version: restart the daemon, or call its own program');
  }
  if (theirs !== undefined && response.statusCode === 503) {
    return new StatusFault(path, body.slice(0, 200), 'another try later');
  }
  if (theirs !== undefined && response.statusCode === 500) {
    return new StatusFault(path, 'l3missd could not find out', 'another try; its log says what failed');
  }
  return foreign(path);
}

function foreign(path: string, cause?: unknown): StatusFault {
  return new StatusFault(path, 'what answers there is not this l3missd', 'its control socket', cause);
}
