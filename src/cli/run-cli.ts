import type { CleanupOptions, LogLevel, RunOptions } from '../agent/run-options.ts';
import { describeError, Fault } from '../base/fault.ts';
import type { CompareOptions } from '../compare/compare-options.ts';
import { type CommandRequest, readCommandLine } from './command-line.ts';
import { options } from './options.ts';
import {
  cleanupOptions,
  compareOptions,
  lookupOptions,
  missesOptions,
  questionOptions,
  runOptions,
  type Surroundings,
  statsOptions,
} from './requests.ts';
import { Settings } from './settings.ts';
import type { LookupOptions, MissesOptions, QuestionOptions, StatsOptions } from './show/question-options.ts';
import { UsageFault } from './usage-fault.ts';

/** What the commands do; each returns the exit code. */
export interface Handlers {
  run(options: RunOptions): Promise<number>;
  cleanup(options: CleanupOptions): Promise<number>;
  stats(options: StatsOptions): Promise<number>;
  misses(options: MissesOptions): Promise<number>;
  top(options: QuestionOptions): Promise<number>;
  lookup(options: LookupOptions): Promise<number>;
  leases(options: QuestionOptions): Promise<number>;
  doctor(options: QuestionOptions): Promise<number>;
  compare(options: CompareOptions): Promise<number>;
}

/** A command with its settings, ready to go. */
interface Job {
  readonly logLevel: LogLevel;
  start(): Promise<number>;
}

const FAILED = 1;
const BAD_USAGE = 2;

/**
 * Runs the command that the arguments name. Whatever goes wrong is one line through `around.err`, and an exit code:
 * 2 for bad usage, 1 for the rest. A stack is shown for an unexpected error at log level debug, else never.
 *
 * @param args what follows the program's name
 * @returns the exit code
 */
export async function runCli(
  args: readonly string[],
  handlers: Handlers,
  around: Surroundings,
): Promise<number> {
  let logLevel: LogLevel = 'info';
  try {
    const request = readCommandLine(args);
    if (request.kind === 'help') {
      around.out(request.text);
      return 0;
    }
    const settings = new Settings(request.given, around.environment);
    if (settings.isOn(options.version)) {
      around.err(`l3missd ${around.version}\n`);
      return 0;
    }
    const job = prepare(request, settings, handlers, around);
    logLevel = job.logLevel;
    return await job.start();
  } catch (error) {
    around.err(`l3missd: ${explain(error, logLevel)}\n`);
    return error instanceof UsageFault ? BAD_USAGE : FAILED;
  }
}

function prepare(request: CommandRequest, settings: Settings, handlers: Handlers, around: Surroundings): Job {
  switch (request.command) {
    case 'run':
      return job(runOptions(settings, around), (given) => handlers.run(given));
    case 'cleanup':
      return job(cleanupOptions(settings, around), (given) => handlers.cleanup(given));
    case 'stats':
      return job(statsOptions(settings, around), (given) => handlers.stats(given));
    case 'misses':
      return job(missesOptions(settings, around), (given) => handlers.misses(given));
    case 'lookup':
      return job(lookupOptions(settings, around, request.operands), (given) => handlers.lookup(given));
    case 'top':
    case 'leases':
    case 'doctor': {
      const { command } = request;
      return job(questionOptions(settings, around), (given) => handlers[command](given));
    }
    case 'compare':
      return job(compareOptions(settings), (given) => handlers.compare(given));
  }
}

function job<T extends { readonly logLevel: LogLevel }>(given: T, start: (given: T) => Promise<number>): Job {
  return { logLevel: given.logLevel, start: () => start(given) };
}

function explain(error: unknown, logLevel: LogLevel): string {
  const line = describeError(error);
  if (error instanceof Fault) {
    return line;
  }
  return logLevel === 'debug' && error instanceof Error && error.stack !== undefined
    ? `unexpected error: ${line}\n${error.stack}`
    : `unexpected error: ${line} (--log-level debug shows where)`;
}
