import { after, afterEach, before } from 'node:test';
import { Browser } from './browser.ts';
import type { Page } from './page.ts';
import { StatusPage } from './status-page.ts';

/** A browser with one tab in which the status page is looked at, one test after another. */
export class StatusTab {
  #browser: Browser | undefined;
  #seen: StatusPage | undefined;

  /** Starts it for all tests of the suite that this is called in. */
  static forSuite(): StatusTab {
    const tab = new StatusTab();
    before(async () => {
      tab.#browser = await Browser.start();
      tab.#seen = new StatusPage(await tab.browser.blank());
    });
    // A page whose server is gone says so on the console.
    afterEach(() => tab.page.go('about:blank'));
    after(() => tab.browser.close());
    return tab;
  }

  get browser(): Browser {
    return started(this.#browser);
  }

  get seen(): StatusPage {
    return started(this.#seen);
  }

  get page(): Page {
    return this.seen.page;
  }
}

function started<T>(part: T | undefined): T {
  if (part === undefined) {
    throw new Error('the browser is not started: ask within a test');
  }
  return part;
}
