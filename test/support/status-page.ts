import { z } from 'zod';
import type { Page, Screen } from './page.ts';
import type { StatusScene } from './status-scene.ts';
import { until } from './until.ts';

const cells = z.array(z.array(z.string()));
const inks = z.array(z.object({ id: z.string(), colours: z.number(), has: z.boolean() }));

export const WIDE: Screen = { scheme: 'light', width: 1280, height: 900 };

/** What a person sees and does on the status page. */
export class StatusPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens the page of a scene that `sceneFor` made, and waits until all of it is drawn. */
  async open(scene: StatusScene, screen = WIDE): Promise<void> {
    await this.page.show(screen);
    await this.page.go(scene.url);
    await this.untilText('journal-count', /^301 misses · live$/);
    await this.untilRows('the journal is drawn', (rows) => rows.length > 5);
  }

  /** The text of the element with that id, as it is shown; empty when it is hidden. */
  async text(id: string): Promise<string> {
    const script = `(element => element.checkVisibility() ? element.innerText : '')(document.getElementById('${id}'))`;
    return String(await this.page.evaluate(script));
  }

  async untilText(id: string, pattern: RegExp): Promise<void> {
    let last = '';
    await until(`#${id} says ${pattern}`, async () => {
      last = await this.text(id);
      return pattern.test(last);
    }).catch((error: unknown) => {
      throw new Error(`#${id} says ${JSON.stringify(last)}`, { cause: error });
    });
  }

  /** The texts of all cells of a table's body that can be seen. */
  async rows(id: string): Promise<string[][]> {
    const script = `[...document.querySelectorAll('#${id} > tr')].map((row) =>
      [...row.cells].filter((cell) => cell.offsetWidth > 0).map((cell) => cell.innerText.trim()))`;
    return cells.parse(await this.page.evaluate(script));
  }

  /** Rows of the journal that lie within its box. */
  async visibleRows(): Promise<string[][]> {
    const script = `(() => {
      const box = document.getElementById('journal-rows').getBoundingClientRect();
      const head = document.querySelector('#journal-table thead').getBoundingClientRect();
      return [...document.querySelectorAll('#journal-body > tr')].filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return bottom > head.bottom && top < box.bottom;
      }).map((row) => [...row.cells].map((cell) => cell.innerText.trim()));
    })()`;
    return cells.parse(await this.page.evaluate(script));
  }

  /** The rows of the journal that lie within its box, as soon as they are as they should be. */
  async untilRows(what: string, isRight: (rows: readonly string[][]) => boolean): Promise<string[][]> {
    let rows: string[][] = [];
    await until(what, async () => {
      rows = await this.visibleRows();
      return rows.length > 0 && isRight(rows);
    });
    return rows;
  }

  /** Scrolls the journal, and waits until that is drawn: with the next frame. */
  async scrollJournal(top: number): Promise<void> {
    await this.page.evaluate(`(() => {
      document.getElementById('journal-rows').scrollTop = ${top};
      return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    })()`);
  }

  async click(id: string): Promise<void> {
    await this.page.evaluate(`document.getElementById('${id}').click()`);
  }

  /** Types into a field as a person does: what was in it goes. */
  async fill(id: string, text: string): Promise<void> {
    await this.page.evaluate(
      `(() => { const field = document.getElementById('${id}'); field.focus(); field.select(); })()`,
    );
    if (text === '') {
      await this.page.evaluate(`document.execCommand('delete')`);
    } else {
      await this.page.type(text);
    }
  }

  async choose(id: string, value: string): Promise<void> {
    await this.page.evaluate(`(() => {
      const list = document.getElementById('${id}');
      list.value = '${value}';
      list.dispatchEvent(new Event('input', { bubbles: true }));
    })()`);
  }

  /** Of each chart: how many colours its picture has, and whether the colour of that property is among them. */
  async inks(property: string): Promise<z.infer<typeof inks>> {
    const script = `(() => {
      const hex = getComputedStyle(document.documentElement).getPropertyValue('--${property}').trim();
      const wanted = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
      return [...document.querySelectorAll('.chart')].map((box) => {
        const canvas = box.querySelector('canvas');
        if (canvas === null) {
          return { id: box.id, colours: 0, has: false };
        }
        // A copy: the browser warns on the console of pictures that are read back while they are drawn to.
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
        copy.drawImage(canvas, 0, 0);
        const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
        const colours = new Set();
        let has = false;
        for (let at = 0; at < data.length; at += 4) {
          if (data[at + 3] === 255) {
            colours.add(data[at] * 65536 + data[at + 1] * 256 + data[at + 2]);
            has ||= wanted.every((part, index) => Math.abs(part - data[at + index]) <= 2);
          }
        }
        return { id: box.id, colours: colours.size, has };
      });
    })()`;
    return inks.parse(await this.page.evaluate(script));
  }
}
