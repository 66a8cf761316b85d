import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { DevtoolsPipe, Params } from './devtools-pipe.ts';
import { until } from './until.ts';

export interface Screen {
  readonly scheme: 'light' | 'dark';
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly media?: 'screen' | 'print';
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const sent = z.looseObject({ request: z.looseObject({ url: z.string() }) });
const paused = sent.extend({ requestId: z.string() });
const socket = z.looseObject({ url: z.string() });
const evaluated = z.looseObject({
  result: z.looseObject({ value: z.unknown().optional() }),
  exceptionDetails: z
    .looseObject({ exception: z.looseObject({ description: z.string().optional() }) })
    .optional(),
});

/** One tab of a Browser. */
export class Page {
  /** What the console holds: errors, warnings, exceptions, refusals of the browser. */
  readonly problems: string[] = [];
  /** Whatever the page asked for beside itself and, when it came over HTTP, its own server; successful or not. */
  readonly requests: string[] = [];
  readonly #pipe: DevtoolsPipe;
  readonly #session: string;
  /** Where it was told to go. */
  readonly #own: string[] = [];
  #loaded = 0;

  constructor(pipe: DevtoolsPipe, session: string) {
    this.#pipe = pipe;
    this.#session = session;
    pipe.listen(session, (method, params) => this.#hear(method, params));
  }

  async prepare(): Promise<void> {
    for (const domain of ['Page', 'Network', 'Runtime', 'Log', 'Fetch']) {
      await this.#send(`${domain}.enable`);
    }
  }

  async go(url: string): Promise<void> {
    const before = this.#loaded;
    this.#own.push(url);
    await this.bringToFront();
    await this.#send('Page.navigate', { url });
    await until(`${url} is loaded`, () => this.#loaded > before);
  }

  async show({ scheme, width, height, media = 'screen' }: Screen): Promise<void> {
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.#send('Emulation.setEmulatedMedia', { media, features });
    const device = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.#send('Emulation.setDeviceMetricsOverride', device);
  }

  /** Makes it the tab that is seen. */
  async bringToFront(): Promise<void> {
    await this.#send('Page.bringToFront');
  }

  /** The value of an expression in the page, which must survive JSON; a promise is awaited. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.#send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    const { result, exceptionDetails } = evaluated.parse(answer);
    if (exceptionDetails !== undefined) {
      throw new Error(`in the page: ${exceptionDetails.exception.description}`);
    }
    return result.value;
  }

  /** Presses and releases a key, named as KeyboardEvent.key names it. */
  async press(key: 'Tab' | 'Enter' | 'Space' | 'End'): Promise<void> {
    const code = { Tab: 9, Enter: 13, Space: 32, End: 35 }[key];
    // Enter and the space bar act by the text that they make.
    const text = { Tab: {}, Enter: { text: '\r' }, Space: { text: ' ' }, End: {} }[key];
    for (const type of [key === 'Tab' || key === 'End' ? 'rawKeyDown' : 'keyDown', 'keyUp']) {
      const event = { type, key: key === 'Space' ? ' ' : key, code: key, windowsVirtualKeyCode: code };
      await this.#send('Input.dispatchKeyEvent', { ...event, ...(type === 'keyUp' ? {} : text) });
    }
  }

  /** Types into what has the focus. */
  async type(text: string): Promise<void> {
    await this.#send('Input.insertText', { text });
  }

  /** Writes a PNG of a part of the page, in CSS pixels from its top left; of all of it, however long, by default. */
  async screenshot(path: string, part?: Box): Promise<void> {
    const clip = part === undefined ? {} : { clip: { ...part, scale: 1 } };
    const options = { format: 'png', captureBeyondViewport: true, ...clip };
    const { data } = await this.#send('Page.captureScreenshot', options);
    writeFileSync(path, Buffer.from(z.string().parse(data), 'base64'));
  }

  #send(method: string, params: Params = {}): Promise<Params> {
    return this.#pipe.send(method, params, this.#session);
  }

  #hear(method: string, params: Params): void {
    switch (method) {
      case 'Page.loadEventFired':
        this.#loaded += 1;
        break;
      case 'Fetch.requestPaused':
        this.#judge(paused.parse(params)).catch((error: unknown) => this.#object(String(error)));
        break;
      case 'Network.requestWillBeSent':
        this.#note(sent.parse(params).request.url);
        break;
      case 'Network.webSocketCreated':
        this.#note(socket.parse(params).url);
        break;
      case 'Log.entryAdded':
      case 'Runtime.exceptionThrown':
      case 'Runtime.consoleAPICalled':
        this.problems.push(JSON.stringify(params));
        break;
    }
  }

  /** Only the page itself, and its own server's answers, are fetched: nothing of a test leaves this machine, whatever the page does. */
  async #judge({ requestId, request: { url } }: z.infer<typeof paused>): Promise<void> {
    this.#note(url);
    if (this.#isOwn(url)) {
      await this.#send('Fetch.continueRequest', { requestId });
    } else {
      await this.#send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' });
    }
  }

  /** A request that the page took back while it was judged is nobody's problem. */
  #object(error: string): void {
    if (!error.includes('Invalid InterceptionId')) {
      this.problems.push(error);
    }
  }

  /** A file is alone; what came from a server may ask that server, and nobody else. */
  #isOwn(url: string): boolean {
    const { origin } = new URL(url);
    return this.#own.some(
      (own) => url === own || (own.startsWith('http:') && new URL(own).origin === origin),
    );
  }

  #note(url: string): void {
    if (!this.#isOwn(url) && !url.startsWith('data:')) {
      this.requests.push(url);
    }
  }
}
