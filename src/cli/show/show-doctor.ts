import { wrap } from '../../base/wrap.ts';
import type { Finding } from '../../status/finding.ts';
import { DaemonClient } from './daemon-client.ts';
import type { Display } from './display.ts';
import type { QuestionOptions } from './question-options.ts';
import { remedyLines } from './remedy-lines.ts';
import { printable, WIDTH } from './text.ts';

/** Where what was found stands. */
const FOUND = 10;

/**
 * `l3missd doctor`: what makes overlays fail, and what mends it.
 *
 * @returns 1 when something is bad, 0 otherwise
 * @throws StatusFault when no daemon can be asked
 */
export async function showDoctor(options: QuestionOptions, display: Display): Promise<number> {
  const findings = await new DaemonClient(options).doctor();
  display.out(options.json ? `${JSON.stringify(findings, undefined, 2)}\n` : doctorText(findings));
  return findings.some(({ state }) => state === 'bad') ? 1 : 0;
}

/** Each check with what was found, what mends it below, and a line that counts them. */
export function doctorText(findings: readonly Finding[]): string {
  return `${[...findings.flatMap(linesOf), '', summary(findings)].join('\n')}\n`;
}

function linesOf({ check, state, found, ...remedy }: Finding): string[] {
  const indent = ' '.repeat(FOUND);
  const lines = wrap(printable(`${check}: ${found}`), WIDTH, state.padEnd(FOUND), indent);
  return [...lines, ...remedyLines(remedy, FOUND)];
}

function summary(findings: readonly Finding[]): string {
  const parts = (['bad', 'doubtful', 'unknown', 'good'] as const).map(
    (wanted) => `${findings.filter(({ state }) => state === wanted).length} ${wanted}`,
  );
  return parts.join(', ');
}
