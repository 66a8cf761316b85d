#!/usr/bin/env -S node --single-threaded-gc --max-semi-space-size=4
// V8 collects garbage on the thread that made it: its helper threads would run on the resolver's processor, and nothing
// interrupts them while they give memory back. A young generation of 4 MiB keeps 20 MiB less resident with 10,000 leases.
// Both are read at V8's start only; the first one, changed later, crashes it (Node 20 to 24).
import { readVersion } from '../agent/version.ts';
import { type Handlers, runCli } from './run-cli.ts';
import { showStats } from './show-stats.ts';

/** A reader that went away (`l3missd stats | head -1`) is no failure; any other error is. */
function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') {
    throw error;
  }
}

const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

/** The daemon is loaded only when it is asked for, so that `stats` needs none of its libraries. */
const handlers: Handlers = {
  run: async (options) => (await import('../agent/daemon.ts')).runDaemon(options),
  cleanup: async (options) => (await import('../agent/cleanup.ts')).cleanup(options),
  stats: (options) => showStats(options, out),
  compare: async (options) =>
    (await import('../compare/compare.ts')).runCompare(options, {
      out,
      err,
      outIsTerminal: process.stdout.isTTY,
      errIsTerminal: process.stderr.isTTY,
    }),
};

process.stdout.on('error', ignoreBrokenPipe);
// Trouble with stderr cannot be told anywhere.
process.stderr.on('error', () => undefined);
process.exitCode = await runCli(process.argv.slice(2), handlers, {
  environment: process.env,
  stderrIsTerminal: process.stderr.isTTY,
  version: readVersion(),
  out,
  err,
});

// What still holds the process up after its work, such as a connection attempt of gRPC, is not waited for.
setTimeout(() => process.exit(), 500).unref();
