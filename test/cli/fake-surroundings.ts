import type { CleanupOptions, RunOptions } from '../../src/agent/run-options.ts';
import { type Handlers, runCli } from '../../src/cli/run-cli.ts';
import type {
  LookupOptions,
  MissesOptions,
  QuestionOptions,
  StatsOptions,
} from '../../src/cli/show/question-options.ts';
import type { CompareOptions } from '../../src/compare/compare-options.ts';

/** What one call of the program did. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly run: RunOptions[];
  readonly cleanup: CleanupOptions[];
  readonly stats: StatsOptions[];
  readonly misses: MissesOptions[];
  readonly top: QuestionOptions[];
  readonly lookup: LookupOptions[];
  readonly leases: QuestionOptions[];
  readonly doctor: QuestionOptions[];
  readonly compare: CompareOptions[];
}

export interface CallOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly stderrIsTerminal?: boolean;
  /** Replaces what a handler does after it was recorded. */
  readonly effect?: () => Promise<number>;
}

/** Runs the program with handlers that only record what they were given, and an empty environment. */
export async function call(args: readonly string[], options: CallOptions = {}): Promise<Outcome> {
  const { environment = {}, stderrIsTerminal = false, effect = async () => 0 } = options;
  const called = {
    run: [] as RunOptions[],
    cleanup: [] as CleanupOptions[],
    stats: [] as StatsOptions[],
    misses: [] as MissesOptions[],
    top: [] as QuestionOptions[],
    lookup: [] as LookupOptions[],
    leases: [] as QuestionOptions[],
    doctor: [] as QuestionOptions[],
    compare: [] as CompareOptions[],
  };
  const written = { out: '', err: '' };
  const record =
    <T>(list: T[]) =>
    (given: T) => {
      list.push(given);
      return effect();
    };
  const handlers: Handlers = {
    run: record(called.run),
    cleanup: record(called.cleanup),
    stats: record(called.stats),
    misses: record(called.misses),
    top: record(called.top),
    lookup: record(called.lookup),
    leases: record(called.leases),
    doctor: record(called.doctor),
    compare: record(called.compare),
  };
  const code = await runCli(args, handlers, {
    environment,
    stderrIsTerminal,
    version: '1.2.3',
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
  });
  return { code, ...written, ...called };
}
