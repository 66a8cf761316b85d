import Table from 'cli-table3';
import { compared, FIGURES, type FigureKind, type Finding, verdictOf } from './marks.ts';

/** The findings as a table of at most 100 columns, and below it why figures are missing. */
export function renderFindings(findings: readonly Finding[]): string {
  const table = new Table({
    head: ['figure', 'l3missd', 'yardstick', '', 'is', 'mark', ''],
    colAligns: ['left', 'right', 'left', 'right', 'right', 'left', 'left'],
    // No colours: the output is as often a file or a CI log as a terminal.
    style: { head: [], border: [], compact: true },
    colWidths: [23, 12, 16, 12, 8, 10, 11],
    wordWrap: true,
  });
  table.push(...findings.map(rowOf));
  const reasons = new Set(findings.flatMap(reasonOf));
  return [table.toString(), ...reasons].join('\n');
}

/** A figure for which a run has failed, in one line. */
export function renderFailure(finding: Finding): string {
  const kind: FigureKind = FIGURES[finding.name];
  if ('failed' in finding) {
    return `${kind.title}: ${finding.failed}`;
  }
  if ('leftOut' in finding) {
    return `${kind.title}: ${finding.leftOut}`;
  }
  const { measured, yardstick } = finding;
  const found = comparedText(kind, compared(kind, measured, yardstick)) || withUnit(measured, kind.unit);
  return `${kind.title}: ${found}; mark: ${markText(kind)}`;
}

/** Why there is no number. */
function reasonOf(finding: Finding): string[] {
  if ('failed' in finding) {
    return [`Failed: ${finding.failed}.`];
  }
  return 'leftOut' in finding ? [`Left out: ${finding.leftOut}.`] : [];
}

function rowOf(finding: Finding): string[] {
  const kind: FigureKind = FIGURES[finding.name];
  const verdict = verdictOf(finding);
  if ('leftOut' in finding || 'failed' in finding) {
    return [kind.title, '-', kind.against, '-', '-', markText(kind), verdict];
  }
  const { measured, yardstick } = finding;
  return [
    kind.title,
    withUnit(measured, kind.unit),
    kind.against,
    yardstick === undefined ? '' : withUnit(yardstick, kind.unit),
    comparedText(kind, compared(kind, measured, yardstick)),
    markText(kind),
    verdict,
  ];
}

function comparedText(kind: FigureKind, value: number): string {
  switch (kind.comparison) {
    case 'ratio':
      return `${value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)}x`;
    case 'difference':
      return `${value < 0 ? '' : '+'}${shorten(value)}`;
    case 'value':
      return '';
  }
}

function markText({ mark, comparison }: FigureKind): string {
  if (mark === undefined) {
    return '-';
  }
  const times = comparison === 'ratio' ? 'x' : '';
  return 'atMost' in mark ? `<= ${mark.atMost}${times}` : `>= ${mark.atLeast}${times}`;
}

function withUnit(value: number, unit: string): string {
  return unit === '' ? shorten(value) : `${shorten(value)} ${unit}`;
}

/** Three digits or so, with commas between thousands. */
function shorten(value: number): string {
  const size = Math.abs(value);
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
