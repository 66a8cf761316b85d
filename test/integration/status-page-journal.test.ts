import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { browserSkipReason } from '../support/browser.ts';
import { StatusPage } from '../support/status-page.ts';
import { ENOBUFS, sceneFor } from '../support/status-scene.ts';
import { StatusTab } from '../support/status-tab.ts';
import { until } from '../support/until.ts';

describe('the journal of the status page, in a browser', { skip: browserSkipReason() }, () => {
  const tab = StatusTab.forSuite();

  it('lists what was recorded, newest on top, and what comes', async (test) => {
    const scene = await sceneFor(test);
    await tab.seen.open(scene);
    await tab.seen.untilRows(
      'the newest on top',
      ([row]) => String(row?.slice(1, 3)) === '10.5.9.9,no-lease',
    );
    scene.refuse(4, ENOBUFS);
    await tab.seen.untilText('journal-count', /^302 misses · live$/);
    const [row] = await tab.seen.untilRows('the new row', ([first]) => first?.[2] === 'refused (ENOBUFS)');
    assert.match(row?.[0] ?? '', /^\d\d:\d\d:\d\d\.\d{3}$/);
    assert.deepEqual(row?.slice(1, 7), [
      '10.5.4.251',
      'refused (ENOBUFS)',
      'L3 first',
      '10.5.4.0/24',
      '–',
      '02:00:00:00:00:04',
    ]);
  });

  it('has every row that was recorded, once', async (test) => {
    await tab.seen.open(await sceneFor(test));
    const found = new Set<string>();
    for (let top = 0; found.size < 301 && top < 301 * 28; top += 280) {
      await tab.seen.scrollJournal(top);
      const places = await tab.page.evaluate(
        `[...document.querySelectorAll('#journal-body > tr')].map((row) =>
          [row.ariaRowIndex, row.cells[1].innerText, row.cells[2].innerText].join(' '))`,
      );
      for (const place of z.array(z.string()).parse(places)) {
        found.add(place);
      }
    }
    const outcomes = [...found].map((row) => row.split(' ').slice(2).join(' '));
    const count = (outcome: string) => outcomes.filter((one) => one === outcome).length;
    assert.deepEqual(
      [found.size, count('answered'), count('no-lease'), count('refused (ENOBUFS)')],
      [301, 270, 30, 1],
    );
  });

  it('narrows the journal by outcome, subnet and text', async (test) => {
    await tab.seen.open(await sceneFor(test));
    await tab.seen.choose('filter-outcome', 'no-lease');
    await tab.seen.untilText('journal-count', /^30 of 301 misses/);
    await tab.seen.untilRows('those rows alone', (rows) =>
      rows.every(([, , outcome]) => outcome === 'no-lease'),
    );
    await tab.seen.click('filter-clear');
    await tab.seen.fill('filter-subnet', '10.5.3.0/24');
    await tab.seen.untilText('journal-count', /^50 of 301 misses/);
    await tab.seen.fill('filter-text', '10.5.3.49');
    await tab.seen.untilText('journal-count', /^1 of 301 misses/);
    await tab.seen.untilRows('that row alone', (rows) => rows.length === 1 && rows[0]?.[1] === '10.5.3.49');
    await tab.seen.fill('filter-subnet', '10.5.3.0/99');
    await tab.seen.untilText('filter-subnet-trouble', /no subnet/);
    await tab.seen.fill('filter-text', 'nothing has this');
    await tab.seen.untilText('journal-empty', /No miss passes the filter/);
    await tab.seen.click('filter-clear');
    await tab.seen.untilText('journal-count', /^301 misses/);
    assert.equal(await tab.seen.text('filter-subnet-trouble'), '');
  });

  it('holds what is read while it is paused, and shows the rest when it goes on', async (test) => {
    const scene = await sceneFor(test);
    await tab.seen.open(scene);
    await tab.seen.click('pause');
    const before = await tab.seen.visibleRows();
    scene.answer(3, 5);
    await tab.seen.untilText('journal-count', /^301 misses · paused, 5 more since/);
    assert.deepEqual(await tab.seen.visibleRows(), before);
    assert.equal(await tab.page.evaluate('document.getElementById("pause").ariaPressed'), 'true');
    await tab.seen.click('pause');
    await tab.seen.untilText('journal-count', /^306 misses · live$/);
    await tab.seen.untilRows('the rest', ([row]) => String(row?.slice(1, 3)) === '10.5.3.5,answered');
  });

  it('keeps in place what is read further down while rows come on top', async (test) => {
    const scene = await sceneFor(test);
    await tab.seen.open(scene);
    await tab.seen.scrollJournal(3000);
    const before = await tab.seen.untilRows('others', ([row]) => row?.[1]?.startsWith('10.5.2.') === true);
    scene.answer(2, 10);
    await tab.seen.untilText('journal-count', /^311 misses/);
    await tab.seen.untilRows('the same rows', (rows) => String(rows) === String(before));
    await tab.seen.scrollJournal(0);
    await tab.seen.untilRows('the new rows on top', ([row]) => row?.[1] === '10.5.2.10');
  });

  it('shows the journal, and why it is not live, when as many follow as the daemon takes', async (test) => {
    const scene = await sceneFor(test);
    const others = new AbortController();
    const follow = () => fetch(`${scene.url}v1/misses/follow`, { signal: others.signal });
    const followers = await Promise.all(Array.from({ length: 16 }, follow));
    const late = await tab.browser.open(scene.url);
    const seenLate = new StatusPage(late);
    await seenLate.untilText('journal-count', /^301 misses · not live, because as many follow/);
    assert.equal(await seenLate.text('lost'), '');
    assert.ok(followers.every(({ ok, body }) => ok && body !== null));
    others.abort();
    await until('it is live', async () => /live$/.test(await seenLate.text('journal-count')), 20_000);
    await late.go('about:blank');
    assert.deepEqual(
      late.problems.filter((problem) => !problem.includes('503')),
      [],
    );
  });

  it('left nothing on the console, and asked nobody but its server', () => {
    assert.deepEqual(tab.page.problems, []);
    assert.deepEqual(tab.page.requests, []);
  });
});
