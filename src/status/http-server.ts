import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../base/log.ts';

/** What a path answers. */
export interface Answer {
  readonly status: number;
  readonly type: 'text/plain' | 'application/json';
  readonly body: string;
}

/** Exact paths and what they answer to GET and HEAD. */
export type Routes = Readonly<Record<string, () => Answer>>;

/** A running server. */
export interface StatusServer {
  /** Ends the server and every connection, idle or not. */
  close(): Promise<void>;
}

/** A client has this long for its headers and for the whole request, in milliseconds. */
const REQUEST_LIMIT = 5000;

/**
 * A server for a few small answers that never depend on the request, made for clients that may be slow or hostile:
 * headers of 8 KiB at most, a request within 5 s, no body read, 64 connections at once.
 */
export function createStatusServer(routes: Routes, log: Log, requestLimit = REQUEST_LIMIT): Server {
  const server = createServer(
    {
      maxHeaderSize: 8192,
      headersTimeout: requestLimit,
      requestTimeout: requestLimit,
      connectionsCheckingInterval: Math.max(requestLimit / 10, 10),
    },
    (request, response) => reply(request, response, answerTo(request, routes, log)),
  );
  server.maxConnections = 64;
  return server;
}

/** Closes the listener and all its connections; resolves when both are gone. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}

function answerTo(request: IncomingMessage, routes: Routes, log: Log): Answer {
  const path = (request.url ?? '').split('?')[0] ?? '';
  if (!Object.hasOwn(routes, path)) {
    return text(404, 'not found');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return text(405, 'method not allowed');
  }
  try {
    return routes[path]?.() ?? text(404, 'not found');
  } catch (err) {
    log.error({ err, path }, 'a status request could not be answered');
    return text(500, 'internal error');
  }
}

export function text(status: number, body: string): Answer {
  return { status, type: 'text/plain', body };
}

/** A request with a body is answered without reading it, and so is the last on its connection. */
function reply(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const hasBody =
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  response.writeHead(answer.status, {
    'content-type': `${answer.type}; charset=utf-8`,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    ...(answer.status === 405 ? { allow: 'GET, HEAD' } : {}),
    ...(hasBody ? { connection: 'close' } : {}),
  });
  // Node leaves the body out where the method is HEAD.
  response.end(answer.body);
}
