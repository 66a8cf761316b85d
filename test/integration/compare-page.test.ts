import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { renderHtml } from '../../src/compare/report/page.ts';
import { Browser, browserSkipReason } from '../support/browser.ts';
import { sampleFigures } from '../support/comparison-figures.ts';
import { sampleResults } from '../support/comparison-sample.ts';
import type { Page, Screen } from '../support/page.ts';
import { type PageView, viewOf } from '../support/page-view.ts';

const NAMES = ['lazy', 'lazy-subnet', 'eager', 'flanneld'];
/** Of text and of graphics to what is behind them (WCAG 2, level AA). */
const TEXT_CONTRAST = 4.5;
const LINE_CONTRAST = 3;

const SCREENS: readonly Screen[] = [
  { scheme: 'light', width: 1280, height: 900 },
  { scheme: 'dark', width: 1280, height: 900 },
  { scheme: 'light', width: 375, height: 700 },
  { scheme: 'dark', width: 375, height: 700 },
];

describe('the page of a comparison in a browser', { skip: browserSkipReason() }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'l3missd-page-'));
  let browser: Browser;
  let page: Page;

  async function show(text: string, screen: Screen): Promise<PageView> {
    const path = join(folder, 'page.html');
    writeFileSync(path, text);
    await page.show(screen);
    await page.go(pathToFileURL(path).href);
    return viewOf(page);
  }

  before(async () => {
    browser = await Browser.start();
    page = await browser.blank();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  for (const screen of SCREENS) {
    it(`shows every chart at ${screen.width} pixels in ${screen.scheme}`, async () => {
      const { charts, contrast, faintest, ground, overhang } = await show(
        await renderHtml(sampleResults(), sampleFigures),
        screen,
      );
      assert.equal(ground, screen.scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(18, 22, 28)');
      assert.equal(overhang, 0, 'nothing makes the page wider than the window');
      assert.ok(contrast >= TEXT_CONTRAST, `${faintest}: ${contrast}`);
      assert.equal(charts.length, 26);
      for (const chart of charts) {
        assert.ok(chart.title.length > 3 && chart.caption.length > 20, chart.id);
        assert.ok(chart.inside, `${chart.id} lies within its box`);
        assert.deepEqual(chart.legend, NAMES, chart.id);
        assert.equal(chart.lines.length, NAMES.length, chart.id);
        assert.equal(new Set(chart.lines.map(({ colour }) => colour)).size, NAMES.length, chart.id);
        assert.equal(new Set(chart.lines.map(({ dashes }) => dashes)).size, NAMES.length, chart.id);
        assert.ok(
          chart.lines.every(({ width }) => width > 150),
          chart.id,
        );
        assert.ok(chart.textContrast >= TEXT_CONTRAST, `${chart.id}: text ${chart.textContrast}`);
        assert.ok(chart.lineContrast >= LINE_CONTRAST, `${chart.id}: lines ${chart.lineContrast}`);
        assert.ok(chart.smallestText >= 11, `${chart.id}: ${chart.smallestText} pixels`);
        assert.match(chart.label, /^lazy: .*; flanneld: /, chart.id);
      }
      assert.deepEqual(page.problems, []);
      assert.deepEqual(page.requests, []);
    });
  }

  it('is light on paper, whatever the screen is', async () => {
    const text = await renderHtml(sampleResults(), sampleFigures);
    const { ground, contrast } = await show(text, {
      scheme: 'dark',
      width: 800,
      height: 1100,
      media: 'print',
    });
    assert.equal(ground, 'rgb(255, 255, 255)');
    assert.ok(contrast >= TEXT_CONTRAST);
  });

  it('takes the keyboard to every group and through every table', async () => {
    await show(await renderHtml(sampleResults(), sampleFigures), {
      scheme: 'light',
      width: 375,
      height: 700,
    });
    const reached: unknown[] = [];
    for (let count = 0; count < 25; count += 1) {
      await page.press('Tab');
      reached.push(
        await page.evaluate(
          'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent',
        ),
      );
    }
    for (const group of new Set(sampleFigures.map(({ group }) => group))) {
      assert.ok(reached.includes(group), `link to ${group}`);
      assert.ok(reached.includes(`Figures: ${group}`), `table of ${group}`);
    }
  });

  it('shows hostile names as they are, and runs nothing of them', async () => {
    const evil = `</script><script>console.error("ran")</script><img src="http://192.0.2.1/x" onerror="console.error(1)">`;
    const sample = sampleResults();
    const text = JSON.stringify(sample).replaceAll('"flanneld"', JSON.stringify(evil));
    const { charts, overhang } = await show(await renderHtml(JSON.parse(text), sampleFigures), {
      scheme: 'light',
      width: 375,
      height: 700,
    });
    assert.ok(charts.every(({ lines, inside }) => lines.length === 4 && inside));
    assert.equal(overhang, 0);
    assert.equal(await page.evaluate('document.images.length'), 0);
    assert.ok(String(await page.evaluate('document.querySelector("h1").textContent')).includes(evil));
    assert.deepEqual(page.problems, []);
    assert.deepEqual(page.requests, []);
  });

  it('a request and an error would be noticed', async () => {
    const other = await browser.blank();
    const path = join(folder, 'loud.html');
    writeFileSync(path, '<script>console.error("seen")</script><img src="http://192.0.2.1/x">');
    await other.go(pathToFileURL(path).href);
    assert.ok(other.requests.includes('http://192.0.2.1/x'));
    assert.ok(other.problems.some((problem) => problem.includes('seen')));
  });
});
