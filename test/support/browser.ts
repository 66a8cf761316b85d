import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { codeOf } from '../../src/base/errno.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { DevtoolsPipe } from './devtools-pipe.ts';
import { tasksDuring } from './main-thread-tasks.ts';
import { Page } from './page.ts';

const PROGRAM = 'chromium';

const FLAGS = [
  '--headless',
  '--remote-debugging-pipe',
  // Root, and the user namespaces that the tests run in, have no room for its sandbox.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-extensions',
  '--disable-background-networking',
  '--disable-component-update',
  '--hide-scrollbars',
];

/** Why there is no browser here, or false when there is: for the `skip` option of a test. */
export function browserSkipReason(): string | false {
  return spawnSync('sh', ['-c', `command -v ${PROGRAM}`]).status === 0
    ? false
    : `${PROGRAM} is not installed`;
}

/** A browser without a window, that ends with this process. */
export class Browser {
  readonly #child: ChildProcess;
  readonly #pipe: DevtoolsPipe;
  readonly #profile: string;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, pipe: DevtoolsPipe, profile: string) {
    this.#child = child;
    this.#pipe = pipe;
    this.#profile = profile;
    this.#ended = new Promise((resolve) => {
      child.once('close', () => {
        pipe.failAll(new Error('the browser ended'));
        resolve();
      });
      child.once('error', (error) => pipe.failAll(error));
    });
  }

  /** @param inside a network namespace's name, to start it there */
  static async start(inside?: string): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'l3missd-browser-'));
    const enter = inside === undefined ? [] : ['ip', 'netns', 'exec', inside];
    const [program, ...args] = [...enter, PROGRAM, ...FLAGS, `--user-data-dir=${profile}`];
    const child = spawn(program ?? PROGRAM, args, {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: profile },
    });
    const [, , , toBrowser, fromBrowser] = child.stdio;
    if (!(toBrowser instanceof Writable) || !(fromBrowser instanceof Readable)) {
      throw new Error('the browser has no pipes');
    }
    const browser = new Browser(child, new DevtoolsPipe(toBrowser, fromBrowser), profile);
    await browser.#pipe.send('Browser.getVersion');
    return browser;
  }

  /** Opens the address and waits until it is loaded. */
  async open(url: string): Promise<Page> {
    const page = await this.blank();
    await page.go(url);
    return page;
  }

  async blank(): Promise<Page> {
    const { targetId } = await this.#pipe.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.#pipe.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this.#pipe, z.string().parse(sessionId));
    await page.prepare();
    return page;
  }

  /** How many milliseconds of processor time each task of a page took while something was done with it. */
  tasksDuring(work: () => Promise<Page>): Promise<number[]> {
    return tasksDuring(this.#pipe, work);
  }

  async close(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
    // Its helpers may write for a moment after it, and rmSync begins anew only with the folder that it found not empty.
    await waitUntil(`${this.#profile} removed`, () => isRemoved(this.#profile));
  }
}

function isRemoved(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOTEMPTY') {
      return false;
    }
    throw error;
  }
}
