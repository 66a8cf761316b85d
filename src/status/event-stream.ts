import type { ServerResponse } from 'node:http';

/** A route that goes on telling until the client leaves. */
export interface EventSource {
  /**
   * Begins to tell; called once for each client.
   *
   * @returns a function that ends it
   */
  readonly follow: (parameters: URLSearchParams, tell: (event: string, data: unknown) => void) => () => void;
}

/** A client that has so much unread, in bytes, is dropped: what waits for it is the daemon's memory. */
const UNREAD_AT_MOST = 1024 * 1024;

/** A sign of life, so that clients and proxies do not take silence for an end, in milliseconds. */
const SIGN_OF_LIFE_MS = 15_000;

/**
 * Tells a client of events as they come, as text/event-stream (WHATWG HTML, server-sent events). Who asks for the headers alone
 * (HEAD) gets them at once, and is told of nothing: without a body Node would keep even them back until the answer ends.
 */
export function serveEvents(
  source: EventSource,
  parameters: URLSearchParams,
  response: ServerResponse,
): void {
  const write = (chunk: string) => {
    response.write(chunk);
    if (response.writableLength > UNREAD_AT_MOST) {
      response.destroy();
    }
  };
  // Parameters that cannot be are an answer of their own, so they are read before the head is written.
  const end = source.follow(parameters, (event, data) =>
    write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
  );
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  if (response.req.method === 'HEAD') {
    end();
    response.end();
    return;
  }
  write(': l3missd\n\n');
  const timer = setInterval(() => write(': still here\n\n'), SIGN_OF_LIFE_MS);
  timer.unref();
  response.on('close', () => {
    clearInterval(timer);
    end();
  });
}
