import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { browserSkipReason } from '../support/browser.ts';
import type { Screen } from '../support/page.ts';
import { viewOf } from '../support/page-view.ts';
import { StatusPage, WIDE } from '../support/status-page.ts';
import { sceneFor } from '../support/status-scene.ts';
import { StatusTab } from '../support/status-tab.ts';
import { until } from '../support/until.ts';

/** Of text to what is behind it (WCAG 2, level AA). */
const TEXT_CONTRAST = 4.5;

const SCREENS: readonly Screen[] = [
  WIDE,
  { scheme: 'dark', width: 1280, height: 900 },
  { scheme: 'light', width: 320, height: 640 },
  { scheme: 'dark', width: 320, height: 640 },
];

/** The fields that are too narrow for what they show while they are empty. */
const CUT = `[...document.querySelectorAll('input[placeholder]')].filter((field) => {
  const { value } = field;
  field.value = field.placeholder;
  const isCut = field.scrollWidth > field.clientWidth;
  field.value = value;
  return isCut;
}).map(({ id }) => id)`;

describe('the status page on any screen, with the keyboard, and without its daemon', {
  skip: browserSkipReason(),
}, () => {
  const tab = StatusTab.forSuite();

  for (const screen of SCREENS) {
    it(`can be read at ${screen.width} pixels in ${screen.scheme}`, async (test) => {
      await tab.seen.open(await sceneFor(test), screen);
      await until('a ranking', async () => (await tab.seen.rows('destinations')).length === 10);
      await tab.seen.fill('lookup-address', '10.5.9.9');
      await tab.page.press('Enter');
      await tab.seen.untilText('lookup-verdict', /wrong/);
      const { contrast, faintest, ground, overhang } = await viewOf(tab.page);
      assert.equal(ground, screen.scheme === 'light' ? 'rgb(245, 246, 248)' : 'rgb(18, 22, 28)');
      assert.ok(contrast >= TEXT_CONTRAST, `${faintest}: ${contrast}`);
      assert.equal(overhang, 0, 'nothing makes the page wider than the window');
      assert.deepEqual(await tab.page.evaluate(CUT), [], 'examples in fields that have no room for them');
      const inTheScheme = async () => (await tab.seen.inks('answered')).every(({ has }) => has);
      await until('charts in the colours of the scheme', inTheScheme);
    });
  }

  it('changes its charts with the scheme, although no answer comes that would be drawn', async (test) => {
    const scene = await sceneFor(test);
    const other = await tab.browser.blank();
    const alone = new StatusPage(other);
    await other.show(WIDE);
    await other.go(scene.url);
    await alone.untilText('journal-count', /· live$/);
    const isDrawn = async () => (await alone.inks('answered')).every(({ has }) => has);
    await until('charts', isDrawn);
    await scene.close();
    await alone.untilText('lost', /does not answer/);
    await other.show({ ...WIDE, scheme: 'dark' });
    await until('charts in other colours', isDrawn);
    await other.go('about:blank');
  });

  it('takes the keyboard to everything that can be used, and shows where it is', async (test) => {
    await tab.seen.open(await sceneFor(test));
    await until('a ranking', async () => (await tab.seen.rows('destinations')).length === 10);
    const wanted = z.array(z.string()).parse(await tab.page.evaluate(`${NAMES}; usable().map(nameOf)`));
    assert.ok(wanted.length > 25, String(wanted));
    const reached: string[] = [];
    for (let count = 0; count < wanted.length + 3; count += 1) {
      await tab.page.press('Tab');
      const [name, isShown] = z
        .tuple([z.string(), z.boolean()])
        .parse(await tab.page.evaluate(`${NAMES}; [nameOf(document.activeElement), showsFocus()]`));
      assert.ok(isShown, `the focus on ${name} can be seen`);
      reached.push(name);
    }
    assert.deepEqual(
      wanted.filter((name) => !reached.includes(name)),
      [],
    );
    assert.equal(reached[0], 'Skip to the figures');
  });

  it('says that the daemon is gone, and goes on when it is back', async (test) => {
    const scene = await sceneFor(test);
    const other = await tab.browser.blank();
    const lost = new StatusPage(other);
    await other.go(scene.url);
    await lost.untilText('journal-count', /· live$/);
    await scene.close();
    await lost.untilText('lost', /does not answer since \d\d:\d\d:\d\d/);
    assert.match(await lost.text('state'), /no answer/);
    await lost.untilText('journal-count', /not live, trying again/);
    scene.answer(2, 7);
    await scene.listen();
    await until('the daemon is found again', async () => (await lost.text('lost')) === '');
    await lost.untilText('journal-count', /^308 misses · live$/);
    await other.go('about:blank');
    // A browser writes each request that got no answer on its console, and no page can help that.
    assert.deepEqual(
      other.problems.filter((problem) => !problem.includes('"source":"network"')),
      [],
    );
    assert.deepEqual(other.requests, []);
  });

  it('asks nothing while nobody looks at it, and goes on when somebody does', async (test) => {
    const scene = await sceneFor(test);
    const [hidden, front] = [await tab.browser.blank(), await tab.browser.blank()].map(
      (tab) => new StatusPage(tab),
    );
    assert.ok(hidden && front);
    for (const { page: tab } of [hidden, front]) {
      await tab.go(scene.url);
    }
    await hidden.untilText('journal-count', /not live/);
    await front.untilText('journal-count', /^301 misses · live$/);
    scene.deny('10.5.9.9', 4);
    await front.untilText('journal-count', /^305 misses · live$/);
    assert.match(await hidden.text('journal-count'), /not live/);
    await hidden.page.bringToFront();
    await hidden.untilText('journal-count', /^305 misses · live$/);
    await hidden.page.go('about:blank');
    await front.page.go('about:blank');
    assert.deepEqual([hidden.page.problems, front.page.problems], [[], []]);
  });

  it('left nothing on the console, and asked nobody but its server', () => {
    assert.deepEqual(tab.page.problems, []);
    assert.deepEqual(tab.page.requests, []);
  });
});

/** Runs in the page: what can be used with the keyboard, under the names that a person gives it. */
const NAMES = `
  var nameOf = (one) => one.id || one.innerText?.trim() || one.closest('label')?.innerText.trim() || one.tagName;
  var usable = () => [...document.querySelectorAll('a, button, input, select, [tabindex="0"]')]
    .filter((one) => one.type !== 'radio' || one.checked);
  var showsFocus = () => {
    const at = document.activeElement;
    const shown = at.type === 'radio' ? at.nextElementSibling : at;
    return at === document.body || getComputedStyle(shown).outlineStyle !== 'none';
  }`;
