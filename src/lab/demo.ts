import { parseArgs } from 'node:util';
import { describeError } from '../base/fault.ts';
import { crossAll, faultsIn, inspect, type Progress, raiseDemo } from './demo-run.ts';
import { forwardingTable, missTable, neighbourTable, roundTripTable } from './demo-tables.ts';
import { Guard } from './guard.ts';
import { howToEnter } from './how-to-enter.ts';
import { Lab } from './lab.ts';
import { takeDownKept, takeDownOrphans } from './take-down.ts';

/** Started by scripts/demo, which prepares the machine and speaks about options. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: 'boolean' }, down: { type: 'string' } } });
  if (values.down !== undefined) {
    await takeDownKept(values.down);
    say(`${values.down} is taken down.`);
    return 0;
  }
  await takeDownOrphans();
  return demonstrate(values.keep === true);
}

async function demonstrate(keep: boolean): Promise<number> {
  const lab = Lab.reserve({ outlive: keep });
  const guard = new Guard(lab, { crashes: true });
  const progress = progressSince(performance.now());
  let kept = false;
  try {
    await raiseDemo(lab, progress);
    const faults = await show(lab, progress);
    for (const fault of faults) {
      say(`NOT as it should be: ${fault}`);
    }
    if (keep) {
      lab.keep();
      kept = true;
      say(howToEnter(lab));
    }
    return faults.length === 0 ? 0 : 1;
  } catch (error) {
    // Whoever uses a lab that is going down meets errors that say nothing new.
    if (!guard.ending) {
      throw error;
    }
    return 1;
  } finally {
    if (!kept) {
      progress('taking everything down');
      await lab.takeDown();
      progress('done');
    }
    guard.off();
  }
}

/** Sends the pings, prints what came of them, and gives what is wrong with it. */
async function show(lab: Lab, progress: Progress): Promise<string[]> {
  progress('pinging between all containers on different hosts');
  const crossings = await crossAll(lab.hosts);
  progress('asking kernels and daemons what they hold');
  const findings = await inspect(lab.hosts);
  say('\nRound trips. Where packet or answer has a destination that is new to a host, the');
  say("first waits for that host's daemon; every later one finds the entry.");
  say(roundTripTable(crossings));
  say('\nNeighbour entries of flannel.1, installed because the kernel asked for them:');
  say(neighbourTable(findings, lab.containers));
  say('\nForwarding entries of flannel.1, one per remote host:');
  say(forwardingTable(findings));
  say('\nWhat the daemons count:');
  say(missTable(findings));
  say('');
  return faultsIn(crossings, findings);
}

function progressSince(start: number): Progress {
  return (what) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    say(`[${seconds.padStart(5)} s] ${what}`);
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

// A reader that went away (`demo | head`) keeps the lab from nothing, least of all from being taken down.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
});

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`demo: ${describeError(error)}\n`);
  process.exitCode = 1;
}
