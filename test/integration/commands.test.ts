import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { z } from 'zod';
import { BackgroundProcess } from '../../src/lab/background-process.ts';
import { builtProgram } from '../../src/lab/daemon.ts';
import type { Host } from '../../src/lab/host.ts';
import { ping } from '../../src/lab/ping.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { leaseRowSchema } from '../../src/status/lease-row.ts';
import { lookupSchema } from '../../src/status/lookup.ts';
import { missSchema } from '../../src/status/miss.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { PseudoTerminal, terminalSkipReason } from '../support/pseudo-terminal.ts';
import { statsOf } from '../support/static-peer.ts';

/** Nobody's, and nobody's subnet. */
const NOBODY = '10.5.255.254';

describe('the commands about a real daemon', { skip: labSkipReason() }, () => {
  const lab = labForSuite({ hosts: 2, containers: 2 });
  const [program = '', ...programArguments] = labSkipReason() ? [] : builtProgram();

  async function l3missd(host: Host, ...args: string[]): Promise<string> {
    const socket = ['--control-socket', host.daemon.controlSocket];
    const { status, stdout, stderr } = await host.namespace.attempt(program, [
      ...programArguments,
      ...args,
      ...socket,
    ]);
    assert.deepEqual([status, stderr], [0, ''], args.join(' '));
    return stdout;
  }

  async function missesOf(host: Host, ...args: string[]) {
    const text = await l3missd(host, 'misses', '--json', ...args);
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => missSchema.parse(JSON.parse(line)));
  }

  /** A live command in the background, and the lines that it has printed. */
  async function watch(test: TestContext, host: Host, ...args: string[]) {
    const command = [program, ...programArguments, ...args, '--control-socket', host.daemon.controlSocket];
    const logFile = `${host.folder}/${args.join('').replaceAll(/[^a-z]/g, '')}.out`;
    const running = await BackgroundProcess.start({
      namespace: host.namespace,
      command,
      logFile,
      outlive: false,
    });
    test.after(() => running.stop());
    return { running, text: () => running.lastLines(10_000).replaceAll(' | ', '\n') };
  }

  it('misses tells the first packet of a connection, and leases and lookup agree with it', async () => {
    const [from, , to] = lab().containers;
    assert.ok(from && to);
    await ping(from, to.address);
    const [here, there] = [lab().host(1), lab().host(2)];
    const remote = await statsOf(there);
    const found = await missesOf(here, '--subnet', `${to.address}/32`);
    assert.equal(found.length, 1);
    const { destination, outcome, phase, subnet, vtep, latencyMicroseconds } = found[0] ?? {};
    assert.deepEqual(
      [destination, outcome, phase, subnet],
      [to.address, 'answered', 'first', remote.lease?.subnet],
    );
    assert.deepEqual(vtep, { address: there.address, mac: remote.device?.mac });
    assert.ok(typeof latencyMicroseconds === 'number' && latencyMicroseconds > 0);
    const leases = z.array(leaseRowSchema).parse(JSON.parse(await l3missd(here, 'leases', '--json')));
    assert.deepEqual(
      leases.map((lease) => [lease.subnet, lease.owner, lease.mac, lease.misses]),
      [[remote.lease?.subnet, there.address, remote.device?.mac, 1]],
    );
    assert.match(
      await l3missd(here, 'leases'),
      new RegExp(`^${remote.lease?.subnet} +${there.address} `, 'm'),
    );
    const story = lookupSchema.parse(JSON.parse(await l3missd(here, 'lookup', to.address, '--json')));
    assert.deepEqual(
      story.misses.map(({ number, outcome }) => [number, outcome]),
      found.map(({ number, outcome }) => [number, outcome]),
    );
    assert.deepEqual([story.relation, story.neighbour?.state, story.problems], ['remote', 'PERMANENT', []]);
    assert.match(await l3missd(here, 'lookup', to.address), /\nnothing is wrong\n$/);
  });

  it('misses --follow tells the past and then each miss as it comes, once, until it is stopped', async (test) => {
    const host = lab().host(1);
    const before = (await missesOf(host)).length;
    const { running, text } = await watch(test, host, 'misses', '--follow', '--json');
    await waitUntil('the past', () => text().split('\n').length >= before);
    for (const last of [1, 2, 3]) {
      await host.namespace.attempt('ping', ['-c', '1', '-W', '1', `10.5.255.${last}`]);
    }
    await waitUntil('the new ones', () => text().includes('10.5.255.3'));
    const numbers = text()
      .split('\n')
      .map((line) => missSchema.parse(JSON.parse(line)).number);
    assert.deepEqual(
      numbers,
      (await missesOf(host)).map(({ number }) => number),
    );
    running.kill('SIGINT');
    assert.deepEqual(await running.wait(), { status: 0, signal: null });
  });

  it('misses filters by outcome and by age', async () => {
    const host = lab().host(1);
    await host.namespace.attempt('ping', ['-c', '1', '-W', '1', NOBODY]);
    const noLease = await missesOf(host, '--outcome', 'no-lease', '--since', '1m');
    assert.ok(noLease.some(({ destination }) => destination === NOBODY));
    assert.equal((await statsOf(host)).misses.noLease, noLease.length);
    assert.equal(await l3missd(host, 'misses', '--outcome', 'held'), 'no such miss\n');
    assert.deepEqual(await missesOf(host, '--since', '0'), []);
  });

  it('stats --watch says that the daemon is away, and goes on when it is back', async (test) => {
    const host = lab().host(2);
    const { running, text } = await watch(test, host, 'stats', '--watch');
    const blocks = () => text().match(/^l3missd .* is ready: pid \d+/gm) ?? [];
    await waitUntil('two blocks', () => blocks().length >= 2);
    await host.daemon.stop();
    // A question that was under way may have waited for its time-out: then that is what is said.
    const notices = () => text().match(/no l3missd answers there|no answer in time/g) ?? [];
    await waitUntil('the notice', () => notices().length > 0);
    await host.daemon.start();
    const { pid } = await statsOf(host);
    await waitUntil('the new daemon', () => blocks().some((line) => line.endsWith(`pid ${pid}`)));
    assert.equal(notices().length, 1, 'said once');
    running.kill('SIGTERM');
    assert.deepEqual(await running.wait(), { status: 0, signal: null });
  });

  describe('on a terminal', { skip: terminalSkipReason() }, () => {
    interface Surroundings {
      readonly size?: { readonly columns: number; readonly rows: number };
      /** A command for the shell, which is run a second after the start. */
      readonly later?: string;
      readonly environment?: string;
    }

    function open(test: TestContext, host: Host, args: string, around: Surroundings = {}) {
      const { size = { columns: 80, rows: 24 }, later = 'true', environment = '' } = around;
      const command = [environment, program, ...programArguments, args].join(' ');
      const socket = `--control-socket ${host.daemon.controlSocket}`;
      const terminal = new PseudoTerminal(`(sleep 1; ${later} </dev/tty) & ${command} ${socket}`, size);
      test.after(() => terminal.kill());
      return terminal;
    }
    const shows = (terminal: PseudoTerminal, what: RegExp) =>
      waitUntil(`${what} on the terminal`, () => what.test(terminal.picture.join('\n')));

    it('top shows what is counted, obeys its keys, and gives the terminal back', async (test) => {
      const host = lab().host(1);
      const remote = await statsOf(lab().host(2));
      const terminal = open(test, host, 'top');
      await shows(terminal, new RegExp(`^ ${remote.lease?.subnet} `, 'm'));
      assert.equal(terminal.picture.length, 24);
      assert.ok(terminal.picture.every((line) => line.length === 80));
      const answered = (await statsOf(host)).misses.answered;
      assert.match(terminal.picture.join('\n'), new RegExp(`^answered +\\d+ +\\S+ +${answered} `, 'm'));
      await host.namespace.attempt('ping', ['-c', '1', '-W', '1', NOBODY]);
      await shows(terminal, new RegExp(` ${NOBODY} +\\d+ `));
      terminal.type('s\t');
      await shows(terminal, />destinations .*\*rate/);
      terminal.type('/255.254\r');
      await shows(terminal, /^filter: 255\.254 /m);
      assert.doesNotMatch(terminal.picture.join('\n'), /^ 10\.5\.\d+\.0\/24/m);
      terminal.type('\u001bh');
      await shows(terminal, /filter by a part/);
      terminal.type('p');
      await shows(terminal, /^PAUSED /m);
      terminal.type('q');
      await terminal.ended;
      assert.deepEqual(terminal.ending, { code: 0, isRestored: true });
    });

    it('top stays while the daemon restarts, and fits into a small window', async (test) => {
      const host = lab().host(2);
      const terminal = open(test, host, 'top', { size: { columns: 40, rows: 10 } });
      await shows(terminal, /^answered /m);
      assert.ok(terminal.picture.length === 10 && terminal.picture.every((line) => line.length === 40));
      await host.daemon.stop();
      await shows(terminal, /^AWAY /m);
      await host.daemon.start();
      await waitUntil('the daemon on the terminal', () => !terminal.picture.join('\n').includes('AWAY'));
      terminal.type('\u0003');
      await terminal.ended;
      assert.deepEqual(terminal.ending, { code: 0, isRestored: true });
    });

    it('top follows the size of the window', async (test) => {
      const drawn = join(lab().folder, 'drawn');
      const later = `while [ ! -e ${drawn} ]; do sleep 0.1; done; stty cols 100 rows 30`;
      const terminal = open(test, lab().host(1), 'top', { later });
      await waitUntil('a picture', () => terminal.picture.length === 24);
      writeFileSync(drawn, '');
      await waitUntil('a larger one', () => terminal.picture.length === 30);
      assert.ok(terminal.picture.every((line) => line.length === 100));
      terminal.type('q');
      await terminal.ended;
      assert.deepEqual(terminal.ending, { code: 0, isRestored: true });
    });

    for (const signal of ['TERM', 'INT', 'HUP']) {
      it(`top and stats --watch give the terminal back after SIG${signal}`, async (test) => {
        const host = lab().host(1);
        for (const args of ['top', 'stats --watch']) {
          const terminal = open(test, host, args);
          await shows(terminal, /answered/);
          const pattern = `main.js ${args} --control-socket ${host.daemon.controlSocket}`;
          const { stdout } = await host.namespace.attempt('pgrep', ['-n', '-f', pattern]);
          process.kill(Number(stdout), `SIG${signal}`);
          await terminal.ended;
          assert.deepEqual(terminal.ending, { code: 0, isRestored: true }, args);
        }
      });
    }

    it('top tells an error on the screen that the shell has', async (test) => {
      const host = lab().host(1);
      const terminal = open(test, host, 'top --control-socket /nowhere; true');
      await terminal.ended;
      assert.ok(!terminal.written.includes('\u001b'), 'nothing was drawn');
      assert.match(terminal.written, /l3missd: [^\n]*no l3missd answers there/);
    });

    it('top gives the terminal back before it tells an error that nobody expected', async (test) => {
      const host = lab().host(1);
      const thrower = join(host.folder, 'throw.mjs');
      writeFileSync(thrower, "setTimeout(() => { throw new TypeError('struck by lightning'); }, 2500);");
      const terminal = open(test, host, 'top', { environment: `NODE_OPTIONS=--import=${thrower}` });
      await shows(terminal, /^answered /m);
      await terminal.ended;
      assert.equal(terminal.ending.isRestored, true);
      assert.notEqual(terminal.ending.code, 0);
      const told = terminal.written.indexOf('TypeError: struck by lightning');
      assert.ok(told > terminal.written.lastIndexOf('\u001b[?1049l'), 'behind the picture');
    });

    it('stats --watch shows everything on a small screen too, with the arrow keys', async (test) => {
      const terminal = open(test, lab().host(1), 'stats --watch', { size: { columns: 80, rows: 12 } });
      await shows(terminal, /^lines 1 to 11 of \d\d; arrow keys/m);
      assert.doesNotMatch(terminal.picture.join('\n'), /^sockets /m);
      terminal.type('\u001b[6~\u001b[6~\u001b[6~');
      await shows(terminal, /^sockets .*(\n {15}.*)*\nlines /m);
      terminal.type('\u001b[A');
      await shows(terminal, /^lines \d+ to (\d+) of (?!\1)/m);
      terminal.type('\u001b[H');
      await shows(terminal, /^l3missd \S+ is ready/m);
      terminal.type('q');
      await terminal.ended;
    });

    it('stats --watch redraws in place, and ends with q', async (test) => {
      const terminal = open(test, lab().host(1), 'stats --watch', { size: { columns: 80, rows: 50 } });
      await shows(terminal, /is ready: pid/);
      const [first] = terminal.picture;
      await waitUntil('another second', () => terminal.picture[0] !== first);
      terminal.type('q');
      await terminal.ended;
      assert.deepEqual(terminal.ending, { code: 0, isRestored: true });
    });
  });
});
