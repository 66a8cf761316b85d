import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { AnswerBacklog } from './answer-backlog.ts';
import { type Answer, text } from './answers.ts';
import { type EventSource, serveEvents } from './event-stream.ts';
import { QuestionFault } from './question.ts';

/** Answers a GET; a QuestionFault says that the parameters cannot be. */
export type Route = (parameters: URLSearchParams) => Answer | Promise<Answer>;

/** Exact paths and what they answer to GET and HEAD. */
export type Routes = Readonly<Record<string, Route | EventSource>>;

/** A running server. */
export interface StatusServer {
  /** Ends the server and every connection, idle or not. */
  close(): Promise<void>;
}

export interface StatusServerOptions {
  readonly log: Log;
  /** What a request for that Host gets instead of an answer; undefined: the answer. */
  readonly refuseHost?: (host: string | undefined) => Answer | undefined;
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * A client has this long for its headers, for the whole request, and to read on, in milliseconds: 5000 unless told. Half as
   * long again passes until it is noticed that it took too long.
   */
  readonly requestLimit?: number;
}

const REQUEST_LIMIT = 5000;

/** So many connections at once; further ones are closed. */
const CONNECTIONS = 64;

/** So many of them may follow events; further ones are told to come later. */
const FOLLOWERS = 16;

/**
 * A server for questions, made for clients that may be slow or hostile: headers of 8 KiB at most, a request within 5 s, no
 * body read, no question before the last one is answered, 64 connections at once, none that has not read a byte for 5 s
 * while there is something to read, and 32 MiB of large answers that nobody has read yet.
 */
export function createStatusServer(routes: Routes, options: StatusServerOptions): Server {
  const { requestLimit = REQUEST_LIMIT, headers = {}, refuseHost = () => undefined } = options;
  const followers = new Set<ServerResponse>();
  const backlog = new AnswerBacklog();
  const server = createServer(
    {
      maxHeaderSize: 8192,
      headersTimeout: requestLimit,
      requestTimeout: requestLimit,
      keepAliveTimeout: requestLimit,
      // It runs also while nobody is connected.
      connectionsCheckingInterval: Math.max(requestLimit / 2, 10),
    },
    (request, response) => {
      // One question at a time: of those that a client sends at once Node (20) would have all answered before it writes one,
      // and tells those behind the first of no end of the connection.
      if (response.socket === null) {
        request.socket.destroy();
        return;
      }
      for (const [name, value] of Object.entries(headers)) {
        response.setHeader(name, value);
      }
      response.on('timeout', () => endStalled(request.socket));
      const refusal = refuseHost(request.headers.host);
      if (refusal !== undefined) {
        reply(request, response, refusal);
        return;
      }
      const { pathname, searchParams } = locationOf(request);
      const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined;
      if (typeof route !== 'object' || !isRead(request)) {
        answerTo(request, route, searchParams, options.log, pathname).then(
          (answer) => reply(request, response, backlog.admit(answer, response)),
          (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
        );
      } else {
        follow(request, response, followers, () => serveEvents(route, searchParams, response));
      }
    },
  );
  server.maxConnections = CONNECTIONS;
  server.setTimeout(requestLimit);
  return server;
}

/** Closes the listener and all its connections; resolves when both are gone. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}

/**
 * A socket on which nothing moves, although there is something to read, costs memory for nothing. Where nothing moves because
 * the answer takes its time, or there is no event to tell, there is nothing to end: Node (20, lib/_http_server.js,
 * socketOnTimeout) ends what times out unless the answer that is under way listens for it.
 */
function endStalled(socket: Socket): void {
  if (socket.writableLength > 0) {
    socket.destroy();
  }
}

/** What is no URL has no path that is served; dots in a path are not resolved. */
function locationOf(request: IncomingMessage): { pathname: string; searchParams: URLSearchParams } {
  const [pathname = '', ...query] = (request.url ?? '').split('?');
  return { pathname, searchParams: new URLSearchParams(query.join('?')) };
}

function isRead(request: IncomingMessage): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

async function answerTo(
  request: IncomingMessage,
  route: Routes[string] | undefined,
  parameters: URLSearchParams,
  log: Log,
  path: string,
): Promise<Answer> {
  if (route === undefined) {
    return text(404, 'not found');
  }
  if (!isRead(request) || typeof route !== 'function') {
    return text(405, 'method not allowed');
  }
  try {
    return await route(parameters);
  } catch (err) {
    if (err instanceof QuestionFault) {
      return text(400, describeError(err));
    }
    log.error({ err, path }, 'a status request could not be answered');
    return text(500, 'internal error');
  }
}

function follow(
  request: IncomingMessage,
  response: ServerResponse,
  followers: Set<ServerResponse>,
  serve: () => void,
): void {
  if (followers.size >= FOLLOWERS) {
    reply(request, response, text(503, `${FOLLOWERS} clients follow already`));
    return;
  }
  // HEAD is answered at once, and so takes nobody's place.
  if (request.method === 'GET') {
    followers.add(response);
    response.on('close', () => followers.delete(response));
  }
  try {
    serve();
  } catch (error) {
    if (!(error instanceof QuestionFault)) {
      throw error;
    }
    reply(request, response, text(400, describeError(error)));
  }
}

/** A request with a body is answered without reading it, and so is the last on its connection. */
function reply(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const hasBody =
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-type': answer.type,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    ...(answer.status === 405 ? { allow: 'GET, HEAD' } : {}),
    ...(hasBody ? { connection: 'close' } : {}),
  });
  // Node leaves the body out where the method is HEAD.
  response.end(answer.body);
}
