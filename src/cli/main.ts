#!/usr/bin/env -S node --single-threaded-gc --max-semi-space-size=4
// V8 collects garbage on the thread that made it: its helper threads would run on the resolver's processor, and nothing
// interrupts them while they give memory back. A young generation of 4 MiB keeps 20 MiB less resident with 10,000 leases.
// Both are read at V8's start only; the first one, changed later, crashes it (Node 20 to 24).
import { readVersion } from '../agent/version.ts';
import { describeError } from '../base/fault.ts';
import { OutputFault } from './output-fault.ts';
import { type Handlers, runCli } from './run-cli.ts';
import type { Display, Terminal } from './show/display.ts';

const nobodyReads = new AbortController();

const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

/** A reader that went away (`l3missd misses --follow | head -1`), or a terminal (EIO), is no failure; any other error is. */
function noteOutputError(error: NodeJS.ErrnoException): void {
  // Each write after the first that fails has an error of its own.
  if (nobodyReads.signal.aborted) {
    return;
  }
  if (error.code !== 'EPIPE' && error.code !== 'EIO') {
    const fault = new OutputFault('stdout', describeError(error), 'a terminal, a pipe, or a file with room');
    err(`l3missd: ${fault.message}\n`);
    process.exitCode = 1;
  }
  nobodyReads.abort();
}

const { TERM, LC_ALL, LC_CTYPE, LANG } = process.env;
const terminal: Terminal = {
  // Made when it is asked for: the daemon reads nothing.
  get input() {
    return process.stdin;
  },
  output: process.stdout,
  isUnicode: /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || ''),
};
const display: Display = {
  out,
  closed: nobodyReads.signal,
  ...(process.stdout.isTTY && TERM !== 'dumb' ? { terminal } : {}),
};

/** Each is loaded only when it is asked for, so that a question to the daemon needs none of the daemon's libraries. */
const handlers: Handlers = {
  run: async (options) => {
    const { loadDaemon } = await import('../agent/load-daemon.ts');
    const { runDaemon } = await loadDaemon();
    return await runDaemon(options);
  },
  cleanup: async (options) => (await import('../agent/cleanup.ts')).cleanup(options),
  stats: async (options) => (await import('./show/show-stats.ts')).showStats(options, display),
  misses: async (options) => (await import('./show/show-misses.ts')).showMisses(options, display),
  top: async (options) => (await import('./top/show-top.ts')).showTop(options, display),
  lookup: async (options) => (await import('./show/show-lookup.ts')).showLookup(options, display),
  leases: async (options) => (await import('./show/show-leases.ts')).showLeases(options, display),
  doctor: async (options) => (await import('./show/show-doctor.ts')).showDoctor(options, display),
  compare: async (options) =>
    (await import('../compare/compare.ts')).runCompare(options, {
      out,
      err,
      outIsTerminal: process.stdout.isTTY,
      errIsTerminal: process.stderr.isTTY,
    }),
};

process.stdout.on('error', noteOutputError);
// Trouble with stderr cannot be told anywhere.
process.stderr.on('error', () => undefined);
const code = await runCli(process.argv.slice(2), handlers, {
  environment: process.env,
  stderrIsTerminal: process.stderr.isTTY,
  version: readVersion(),
  out,
  err,
});
// A command knows nothing of what could not be written.
process.exitCode ??= code;

// What still holds the process up after its work, such as a connection attempt of gRPC, is not waited for.
setTimeout(() => process.exit(), 500).unref();
