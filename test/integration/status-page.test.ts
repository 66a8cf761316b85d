import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { earlyStats } from '../status/sample-stats.ts';
import { browserSkipReason } from '../support/browser.ts';
import { sceneFor } from '../support/status-scene.ts';
import { StatusTab } from '../support/status-tab.ts';
import { until } from '../support/until.ts';

const marks = z.array(z.object({ word: z.string(), lineFrom: z.number(), wordFrom: z.number() }));

/** Notes in `marks` where the quantiles' words and the lines before them begin, from the top. */
const WATCH_MARKS = `(({ prototype }) => {
  const { moveTo, fillText } = prototype;
  globalThis.marks = [];
  let lineFrom = 0;
  prototype.moveTo = function (x, y) {
    lineFrom = y;
    moveTo.call(this, x, y);
  };
  prototype.fillText = function (word, x, wordFrom, ...rest) {
    if (/^p\\d+$/.test(word)) {
      marks.push({ word, lineFrom, wordFrom });
    }
    fillText.call(this, word, x, wordFrom, ...rest);
  };
})(CanvasRenderingContext2D)`;

describe('what the status page tells, in a browser', { skip: browserSkipReason() }, () => {
  const tab = StatusTab.forSuite();

  it('tells who answers and how that one stands', async (test) => {
    const scene = await sceneFor(test);
    await tab.seen.open(scene);
    await tab.seen.untilText('state', /^ready$/);
    const facts = await tab.seen.text('facts');
    for (const fact of [
      '10.5.7.0/24',
      '10.99.0.11',
      'flannel.1, MTU 1450',
      'lazy-subnet',
      'Overruns\n1',
      '0.1.0',
    ]) {
      assert.ok(facts.includes(fact), `${fact} in ${facts}`);
    }
    assert.equal(await tab.seen.text('missing'), '');
    assert.equal(await tab.page.evaluate('document.title'), '10.5.7.0/24 – l3missd');
    scene.stats = { ...earlyStats, version: '0.2.0' };
    await tab.seen.untilText('missing', /Not ready yet: the device .*, the leases .*, the subnet file /);
    await tab.seen.untilText('state', /^not ready$/);
    await tab.seen.untilText('renewed', /0\.2\.0 .* 0\.1\.0: load it again/);
  });

  it('draws what was recorded, and says it in numbers', async (test) => {
    const scene = await sceneFor(test);
    await tab.seen.open(scene);
    scene.answer(2, 40);
    scene.counters.add('overruns', 2);
    const sums = async () => (await tab.seen.rows('legend')).map(([name, , sum]) => [name, sum]);
    await until('the last minute is complete', async () => (await sums())[0]?.[1] === '290', 15_000);
    assert.deepEqual(await sums(), [
      ['answered', '290'],
      ['refreshed', '20'],
      ['already answered', '0'],
      ['no lease', '30'],
      ['own subnet', '0'],
      ['held', '0'],
      ['recovered', '0'],
      ['refused by the kernel', '1'],
      ['L2', '0'],
    ]);
    assert.match(await tab.seen.text('overruns'), /^2 overruns in the last minute/);
    // 12 µs and 400 µs, and what the machine takes for an answer beside them.
    await tab.seen.untilText(
      'quantiles',
      /^p50\s+[1-9]\d(\.\d)? µs\s+p90\s+[4-9]\d\d µs\s[\s\S]*answers\s+341$/,
    );
    await until('three charts', async () => (await tab.seen.inks('answered')).every(({ has }) => has));
    const [rates] = await tab.seen.inks('no-lease');
    assert.deepEqual([rates?.id, rates?.has], ['rate-chart', true]);
    assert.ok(!(await tab.seen.inks('l2'))[0]?.has, 'no miss of a frame, and no line for it');
    const label = await tab.page.evaluate('document.getElementById("rate-chart").ariaLabel');
    assert.match(String(label), /answered: 290, at most .* per second; refreshed: 20/);
  });

  it('marks quantiles so that none is written upon another, nor crossed by the line of the next', async (test) => {
    await tab.seen.open(await sceneFor(test));
    await tab.page.evaluate(WATCH_MARKS);
    const drawn = async () => marks.parse(await tab.page.evaluate('marks'));
    await until('quantiles', async () => (await drawn()).length >= 3);
    const found = (await drawn()).slice(0, 3);
    assert.deepEqual(
      found.map(({ word }) => word),
      ['p50', 'p90', 'p99'],
    );
    for (const [index, { word, lineFrom, wordFrom }] of found.entries()) {
      const above = found[index - 1]?.wordFrom ?? Number.NEGATIVE_INFINITY;
      assert.ok(
        wordFrom >= above + 14 && lineFrom === wordFrom,
        `${word} from ${wordFrom}, line from ${lineFrom}`,
      );
    }
  });

  it('hides a line with the keyboard, and shows the last hour', async (test) => {
    const scene = await sceneFor(test);
    await tab.seen.open(scene);
    await until(
      'the line of those without a lease',
      async () => (await tab.seen.inks('no-lease'))[0]?.has === true,
      15_000,
    );
    await tab.page.evaluate('document.querySelectorAll("#legend input")[3].focus()');
    await tab.page.press('Space');
    await until('no such line', async () => (await tab.seen.inks('no-lease'))[0]?.has === false);
    await tab.page.evaluate('document.getElementById("span-hour").focus()');
    await tab.page.press('Space');
    await tab.seen.untilText('legend-all', /in the last hour/);
    await tab.seen.untilText('latency-title', /^Latency in the last hour$/);
    await tab.seen.untilText('subnets-title', /^Remote subnets in the last hour$/);
  });

  it('ranks subnets and destinations, and leads to the story of a destination', async (test) => {
    await tab.seen.open(await sceneFor(test));
    await until('a ranking', async () => (await tab.seen.rows('subnets')).length === 3);
    assert.deepEqual(
      (await tab.seen.rows('subnets')).map(([subnet, count]) => [subnet, count]),
      [
        ['10.5.2.0/24', '220'],
        ['10.5.3.0/24', '50'],
        ['10.5.4.0/24', '1'],
      ],
    );
    assert.match(await tab.seen.text('subnets-note'), /3 of 3 subnets/);
    const [first] = await tab.seen.rows('destinations');
    assert.deepEqual(first?.slice(0, 2), ['10.5.9.9', '30']);
    assert.equal(await tab.seen.text('destinations-note'), 'Exact counts.');
    await tab.page.evaluate('document.querySelector("#destinations button").click()');
    await tab.seen.untilText('lookup-verdict', /10\.5\.9\.9: this is wrong/);
    assert.match(await tab.seen.text('lookup-problems'), /no lease covers the address.*l3missd leases/);
  });

  it("shows the kernel's table against its limits, with words where it gets full", async (test) => {
    await tab.seen.open(await sceneFor(test));
    await tab.seen.untilText('table-words', /^600 of 1,024, getting full$/);
    assert.match(await tab.seen.text('kernel-facts'), /128 · 512 · 1,024/);
    assert.deepEqual(await tab.seen.rows('sockets'), [['misses', '832', '5']]);
    assert.deepEqual(
      await tab.page.evaluate('(({ value, max }) => [value, max])(document.getElementById("table-meter"))'),
      [600, 1024],
    );
  });

  it('looks an address up, and says what is none without asking', async (test) => {
    await tab.seen.open(await sceneFor(test));
    await tab.seen.fill('lookup-address', '10.5.7.7');
    await tab.page.press('Enter');
    await tab.seen.untilText('lookup-verdict', /10\.5\.7\.7: nothing is wrong/);
    assert.match(await tab.seen.text('lookup-facts'), /10\.5\.0\.0\/16 dev flannel\.1/);
    await tab.seen.fill('lookup-address', '10.5.7');
    await tab.page.press('Enter');
    await tab.seen.untilText('lookup-trouble', /no IPv4 address/);
    assert.equal(await tab.seen.text('lookup-story'), '');
    assert.equal(await tab.page.evaluate('document.getElementById("lookup-address").ariaInvalid'), 'true');
  });

  it('left nothing on the console, and asked nobody but its server', () => {
    assert.deepEqual(tab.page.problems, []);
    assert.deepEqual(tab.page.requests, []);
  });
});
