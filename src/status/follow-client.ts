import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { open, refusal } from './control-client.ts';
import { type Miss, missSchema } from './miss.ts';
import { formatMissQuery, type MissQuery } from './miss-filter.ts';
import { FOLLOW_PATH } from './paths.ts';
import { StatusFault } from './status-fault.ts';

/** What the daemon tells as it happens: a miss, or how many it left out because they came too fast. */
export type Told = { readonly miss: Miss } | { readonly skipped: number };

export interface FollowOptions {
  /** Ends the stream when it aborts. */
  readonly signal: AbortSignal;
  /** Of this program, to tell when the daemon's is another one. */
  readonly version?: string;
}

/** Milliseconds for the head of the answer. */
const TIME_LIMIT = 5000;

/** An event has some 30 KB at most. What does not end after so many characters is no event of the daemon. */
const LONGEST_EVENT = 1024 * 1024;

/**
 * Asks for misses as they come. When this resolves the daemon has begun: whatever it reads from then on is told.
 *
 * @param query of which `sinceSeconds` does not matter
 * @returns misses until the signal aborts; it throws a StatusFault when the daemon ends first
 * @throws StatusFault when nobody answers, access is denied, or the answer is not l3missd's
 */
export async function followMisses(
  socketPath: string,
  { outcome, subnet }: MissQuery,
  options: FollowOptions,
): Promise<AsyncGenerator<Told, void, void>> {
  const wanted = {
    ...(outcome === undefined ? {} : { outcome }),
    ...(subnet === undefined ? {} : { subnet }),
  };
  const path = `${FOLLOW_PATH}?${formatMissQuery(wanted)}`;
  const response = await openInTime(socketPath, path, options.signal);
  response.setEncoding('utf8');
  const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true;
  if (response.statusCode !== 200 || !isStream) {
    throw refusal(socketPath, response, await beginOf(response), options.version);
  }
  return tell(socketPath, response, options);
}

/** Only the head has a time limit: the rest goes on as long as the daemon does. */
async function openInTime(path: string, question: string, signal: AbortSignal): Promise<IncomingMessage> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(abort, TIME_LIMIT);
  try {
    return await open(path, question, controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function beginOf(response: IncomingMessage): Promise<string> {
  for await (const chunk of response) {
    return String(chunk);
  }
  return '';
}

async function* tell(
  path: string,
  response: IncomingMessage,
  { signal, version }: FollowOptions,
): AsyncGenerator<Told, void, void> {
  try {
    for await (const event of eventsIn(response)) {
      const told = event === undefined ? undefined : read(event);
      if (told === undefined) {
        throw refusal(path, response, '', version);
      }
      yield* told;
    }
  } catch (error) {
    if (signal.aborted) {
      return;
    }
    throw error instanceof StatusFault ? error : endedFault(path, error);
  }
  if (!signal.aborted) {
    throw endedFault(path);
  }
}

function endedFault(path: string, cause?: unknown): StatusFault {
  return new StatusFault(path, 'l3missd ended the answer', 'another call once it answers again', cause);
}

interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/**
 * The events of a text/event-stream as the daemon writes it: lines that end with LF, one field each. Undefined is one that does
 * not end. What `text` gives must be decoded already.
 */
export async function* eventsIn(text: AsyncIterable<string>): AsyncGenerator<StreamEvent | undefined> {
  let rest = '';
  for await (const chunk of text) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      yield parse(block);
    }
    if (rest.length > LONGEST_EVENT) {
      yield undefined;
      return;
    }
  }
}

/** A line that begins with a colon is a comment: the daemon's sign of life. */
function parse(block: string): StreamEvent {
  const fields = block.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line) ?? ['', '', '']);
  const valuesOf = (wanted: string) => fields.filter(([, name]) => name === wanted).map(([, , text]) => text);
  return { name: valuesOf('event').at(-1) ?? '', data: valuesOf('data').join('\n') };
}

/** Events of other names are those of a later version, and none of ours. */
function read({ name, data }: StreamEvent): Told[] | undefined {
  if (name !== 'misses' && name !== 'skipped') {
    return [];
  }
  const value = parseJson(data);
  if (name === 'skipped') {
    const skipped = z.int().nonnegative().safeParse(value).data;
    return skipped === undefined ? undefined : [{ skipped }];
  }
  const misses = z.array(missSchema).safeParse(value).data;
  return misses?.map((miss) => ({ miss }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
