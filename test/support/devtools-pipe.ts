import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';

const params = z.record(z.string(), z.unknown());
const message = z.looseObject({
  id: z.number().optional(),
  sessionId: z.string().optional(),
  method: z.string().optional(),
  params: params.optional(),
  result: params.optional(),
  error: z.looseObject({ message: z.string() }).optional(),
});

export type Params = z.infer<typeof params>;
type Message = z.infer<typeof message>;
type Listener = (method: string, params: Params) => void;

interface Waiting {
  readonly resolve: (result: Params) => void;
  readonly reject: (error: Error) => void;
}

/** The DevTools protocol over two pipes (`--remote-debugging-pipe`): JSON, each message ended by a NUL. */
export class DevtoolsPipe {
  readonly #toBrowser: Writable;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Listener>();
  #lastId = 0;
  #rest = '';

  constructor(toBrowser: Writable, fromBrowser: Readable) {
    this.#toBrowser = toBrowser;
    fromBrowser.setEncoding('utf8');
    fromBrowser.on('data', (text: string) => this.#read(text));
    // A browser that ended is told by `failAll`; what is written to it meanwhile must not end the tests.
    toBrowser.on('error', (error) => this.failAll(error));
    fromBrowser.on('error', (error) => this.failAll(error));
  }

  /** Carries out a command, in a session where one is given; rejects with what the browser has against it. */
  send(method: string, params: Params = {}, sessionId?: string): Promise<Params> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#toBrowser.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject: (error) => reject(new Error(`${method}: ${error.message}`)) });
    });
  }

  /** Hears all events of a session. */
  listen(sessionId: string, listener: Listener): void {
    this.#listeners.set(sessionId, listener);
  }

  /** Rejects everything that waits for the browser. */
  failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) {
      reject(error);
    }
    this.#waiting.clear();
  }

  #read(text: string): void {
    const parts = (this.#rest + text).split('\0');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      this.#take(message.parse(JSON.parse(part)));
    }
  }

  #take({ id, sessionId, method, params, result, error }: Message): void {
    if (id === undefined) {
      this.#listeners.get(sessionId ?? '')?.(method ?? '', params ?? {});
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) {
      waiting?.resolve(result ?? {});
    } else {
      waiting?.reject(new Error(error.message));
    }
  }
}
