import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { unicastNeighbours } from '../../src/lab/kernel-view.ts';
import { ping } from '../../src/lab/ping.ts';
import { Browser, browserSkipReason } from '../support/browser.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { statsOf } from '../support/static-peer.ts';
import { StatusPage } from '../support/status-page.ts';
import { until } from '../support/until.ts';

const ADDRESS = '127.0.0.1:9477';
const NOBODY = '10.5.200.9';

/** The browser runs in the host's namespace, where the daemon serves the page on loopback. */
describe('the page of a real daemon', { skip: labSkipReason() || browserSkipReason() }, () => {
  const lab = labForSuite({ hosts: 2, containers: 2, daemonArguments: ['--status-address', ADDRESS] });
  let browser: Browser;

  before(async () => {
    browser = await Browser.start(lab().host(1).namespace.name);
  });
  after(() => browser.close());

  it('tells what the kernel and the other commands tell, as it happens', async () => {
    const page = await browser.open(`http://${ADDRESS}/`);
    const seen = new StatusPage(page);
    await seen.untilText('journal-count', /^0 misses · live$/);
    const [from, , to] = lab().containers;
    assert.ok(from && to);
    await ping(from, to.address);
    const rows = await seen.untilRows('the miss', ([row]) => row?.[1] === to.address);
    const { device, lease } = await statsOf(lab().host(2));
    assert.deepEqual(rows[0]?.slice(1, 7), [
      to.address,
      'answered',
      'L3 first',
      lease?.subnet,
      lab().host(2).address,
      device?.mac,
    ]);

    await from.namespace.attempt('ping', ['-c', '1', '-W', '1', NOBODY]);
    await seen.untilRows('the miss without a lease', ([row]) => row?.[1] === NOBODY && row[2] === 'no-lease');

    const [neighbour] = await unicastNeighbours(lab().host(1));
    await seen.fill('lookup-address', to.address);
    await page.press('Enter');
    await seen.untilText('lookup-verdict', /nothing is wrong/);
    const story = await seen.text('lookup-facts');
    for (const part of [neighbour?.lladdr ?? 'no entry', 'PERMANENT', lab().host(2).address]) {
      assert.ok(story.includes(part), `${part} in ${story}`);
    }

    const { misses } = await statsOf(lab().host(1));
    const sums = async () => (await seen.rows('legend')).map(([, , sum]) => Number(sum));
    await until('the same numbers', async () => {
      const [answered, , , noLease] = await sums();
      return answered === misses.answered && noLease === misses.noLease;
    });
    assert.deepEqual([page.problems, page.requests], [[], []]);
  });

  it('says that the daemon has gone, and finds the next one', async () => {
    const page = await browser.open(`http://${ADDRESS}/`);
    const seen = new StatusPage(page);
    await seen.untilText('state', /^ready$/);
    await lab().host(1).daemon.stop();
    await seen.untilText('lost', /does not answer since/);
    await lab().host(1).daemon.start();
    await seen.untilText('state', /^ready$/);
    await seen.untilText('journal-count', /· live$/);
    assert.equal(await seen.text('lost'), '');
  });
});
