import { describeError } from '../../src/base/fault.ts';
import { runCompare } from '../../src/compare/compare.ts';
import type { CompareOptions } from '../../src/compare/compare-options.ts';

/**
 * A comparison with short waits, in a process of its own. Its first argument is what differs from a small comparison of one
 * mode, as JSON; the others how long it waits for a node that was changed, and for a program to become ready, in milliseconds.
 */
const [, , text = '{}', patience = '5000', readyWithin = '60000'] = process.argv;
const small: CompareOptions = {
  modes: ['lazy'],
  nodes: [2],
  active: [1],
  podsPerNode: 3,
  peers: [],
  rounds: 1,
  logLevel: 'info',
};
const options: CompareOptions = { ...small, ...JSON.parse(text) };
const output = {
  out: (shown: string) => void process.stdout.write(shown),
  err: (told: string) => void process.stderr.write(told),
  outIsTerminal: false,
  errIsTerminal: false,
};
try {
  process.exitCode = await runCompare(options, output, {
    killedAfterMs: [200, 400, 600],
    idleSeconds: 1,
    readyWithinMs: Number(readyWithin),
    reachedWithinMs: Number(patience),
    spareShare: 0,
  });
} catch (error) {
  process.stderr.write(`failed: ${describeError(error)}\n`);
  process.exitCode = 1;
}
