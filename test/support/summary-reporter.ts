import type { TestEvent } from 'node:test/reporters';

/** What a test run comes to. Only tests without tests inside count; suites and parents are their children's frames. */
export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
  /** `file: name`, one for each failed test; the file as `node --test` got it. */
  failures: string[];
  /** `name: reason`, one for each skipped test. */
  reasons: string[];
}

interface Verdict {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string | undefined;
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details: { readonly type?: string | undefined; readonly error?: unknown };
}

/**
 * A reporter for `node --test` that writes the run's summary as JSON, for scripts/test to add up.
 */
export default async function* summaryReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tally = new Tally();
  for await (const event of source) {
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      tally.add(event.type === 'test:pass', event.data);
    }
  }
  yield `${JSON.stringify(tally.summary)}\n`;
}

/** Counts verdicts as they come: those of the tests inside a test come before its own. */
export class Tally {
  readonly summary: Summary = { passed: 0, failed: 0, skipped: 0, failures: [], reasons: [] };
  /** Per file and nesting, whether a verdict came since the last one of the nesting above. */
  readonly #seen = new Set<string>();

  add(passed: boolean, verdict: Verdict): void {
    const inside = `${verdict.file} ${verdict.nesting + 1}`;
    const isFrame = this.#seen.delete(inside) || verdict.details.type === 'suite';
    this.#seen.add(`${verdict.file} ${verdict.nesting}`);
    if (!passed) {
      this.#fail(verdict, isFrame);
    } else if (isSet(verdict.skip) || isSet(verdict.todo)) {
      this.summary.skipped++;
      this.summary.reasons.push(`${verdict.name}: ${reasonOf(verdict)}`);
    } else {
      this.summary.passed += isFrame ? 0 : 1;
    }
  }

  #fail({ file, name, details }: Verdict, isFrame: boolean): void {
    if (!(isFrame && failedThroughChildren(details.error))) {
      this.summary.failed++;
      this.summary.failures.push(`${file}: ${name}`);
    }
  }
}

/** node:test marks a frame whose children failed in this way; any other failure of a frame, as of a hook, is its own. */
function failedThroughChildren(error: unknown): boolean {
  return error instanceof Error && 'failureType' in error && error.failureType === 'subtestsFailed';
}

/** A reason may be the empty string. */
function isSet(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false;
}

function reasonOf(verdict: Verdict): string {
  const reason = isSet(verdict.skip) ? verdict.skip : verdict.todo;
  return typeof reason === 'string' && reason !== '' ? reason : 'no reason given';
}
