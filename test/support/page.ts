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
  result: z.looseObject({ value: z.unknown() }),
  exceptionDetails: z
    .looseObject({ exception: z.looseObject({ description: z.string().optional() }) })
    .optional(),
});

/** One tab of a Browser. */
export class Page {
  /** What the console holds: errors, warnings, exceptions, refusals of the browser. */
  readonly problems: string[] = [];
  /** Whatever the page asked for beside itself, successful or not. */
  readonly requests: string[] = [];
  readonly #pipe: DevtoolsPipe;
  readonly #session: string;
  #own = 'about:blank';
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
    this.#own = url;
    await this.#send('Page.navigate', { url });
    await until(`${url} is loaded`, () => this.#loaded > before);
  }

  async show({ scheme, width, height, media = 'screen' }: Screen): Promise<void> {
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.#send('Emulation.setEmulatedMedia', { media, features });
    const device = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.#send('Emulation.setDeviceMetricsOverride', device);
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
  async press(key: 'Tab' | 'Enter'): Promise<void> {
    const code = { Tab: 9, Enter: 13 }[key];
    for (const type of ['rawKeyDown', 'keyUp']) {
      await this.#send('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode: code });
    }
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
        this.#judge(paused.parse(params)).catch((error: unknown) => this.problems.push(String(error)));
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

  /** Only the page itself is fetched: nothing of a test leaves this machine, whatever the page does. */
  async #judge({ requestId, request: { url } }: z.infer<typeof paused>): Promise<void> {
    this.#note(url);
    if (url === this.#own) {
      await this.#send('Fetch.continueRequest', { requestId });
    } else {
      await this.#send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' });
    }
  }

  #note(url: string): void {
    if (url !== this.#own && !url.startsWith('data:')) {
      this.requests.push(url);
    }
  }
}
