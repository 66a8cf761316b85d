/** How a figure and its yardstick make the number that is held against the mark. */
type Comparison =
  /** The figure divided by its yardstick. */
  | 'ratio'
  /** The figure less its yardstick. */
  | 'difference'
  /** The figure alone. */
  | 'value';

type Mark = { readonly atMost: number } | { readonly atLeast: number };

export interface FigureKind {
  readonly title: string;
  readonly unit: string;
  /** What the yardstick is. */
  readonly against: string;
  readonly comparison: Comparison;
  /** Absent where a figure is only shown. */
  readonly mark?: Mark;
}

/** Every figure, in the order of the table. */
export const FIGURES = {
  costMedian: {
    title: 'one miss, p50',
    unit: 'us',
    against: 'C',
    comparison: 'ratio',
    mark: { atMost: 1.25 },
  },
  costTail: {
    title: 'one miss, p99',
    unit: 'us',
    against: 'C',
    comparison: 'ratio',
    mark: { atMost: 2 },
  },
  costMedianOneCore: {
    title: 'one miss, all on one processor, p50',
    unit: 'us',
    against: 'C',
    comparison: 'ratio',
  },
  costTailOneCore: {
    title: 'one miss, all on one processor, p99',
    unit: 'us',
    against: 'C',
    comparison: 'ratio',
  },
  rate: {
    title: '20,000 at once',
    unit: '/s',
    against: 'C, one message',
    comparison: 'ratio',
    mark: { atLeast: 0.9 },
  },
  rateBatched: { title: '20,000 at once', unit: '/s', against: 'C, batched', comparison: 'ratio' },
  lost: {
    title: '20,000 at once, not answered',
    unit: '',
    against: 'none',
    comparison: 'value',
    mark: { atMost: 0 },
  },
  longest: {
    title: '20,000 at once, longest wait',
    unit: 'ms',
    against: 'one second',
    comparison: 'value',
    mark: { atMost: 1000 },
  },
  recorded: {
    title: '20,000 at once, rate left by recording',
    unit: '',
    against: 'not recorded',
    comparison: 'value',
    mark: { atLeast: 0.95 },
  },
  lostOfMany: {
    title: '200,000 at once, not answered',
    unit: '',
    against: 'C, batched',
    comparison: 'value',
    mark: { atMost: 0 },
  },
  longestOfMany: {
    title: '200,000 at once, longest wait',
    unit: 'ms',
    against: 'C, batched',
    comparison: 'value',
    mark: { atMost: 1000 },
  },
  changesTail: {
    title: '20,000 /s, 100 lease changes /s, p99',
    unit: 'us',
    against: 'without changes',
    comparison: 'ratio',
    mark: { atMost: 2 },
  },
  changesLost: {
    title: '20,000 /s, 100 lease changes /s, not answered',
    unit: '',
    against: 'none',
    comparison: 'value',
    mark: { atMost: 0 },
  },
  forwarding: {
    title: '10,000 forwarding entries',
    unit: 'ms',
    against: 'C, batched',
    comparison: 'ratio',
    mark: { atMost: 2 },
  },
  memory: {
    title: 'memory, 10,000 leases, 10,000 neighbours',
    unit: 'MiB',
    against: 'with 2 hosts',
    comparison: 'difference',
    mark: { atMost: 64 },
  },
  idle: {
    title: 'idle processor time',
    unit: '%',
    against: 'one processor',
    comparison: 'value',
    mark: { atMost: 0.2 },
  },
} as const satisfies Readonly<Record<string, FigureKind>>;

export type FigureName = keyof typeof FIGURES;

/** A figure as measured; without a number it was left out, or measuring it failed, for the reason given. */
export type Finding =
  | {
      readonly name: FigureName;
      readonly measured: number;
      readonly yardstick?: number;
      /** The hypervisor took so much that a miss by two may be its work; what was lost has an opinion of its own. */
      readonly disturbed?: boolean;
    }
  | { readonly name: FigureName; readonly leftOut: string }
  | { readonly name: FigureName; readonly failed: string };

/** What makes a run fail. */
export interface Severity {
  readonly short: boolean;
  readonly strict: boolean;
}

export type Verdict = 'reached' | 'missed' | 'missed by two' | 'disturbed' | 'shown' | 'left out' | 'failed';

/** The number that is held against the mark. */
export function compared(kind: FigureKind, measured: number, yardstick = 0): number {
  switch (kind.comparison) {
    case 'ratio':
      return measured / yardstick;
    case 'difference':
      return measured - yardstick;
    case 'value':
      return measured;
  }
}

/**
 * Whether a figure reached its mark; `missed by two` is a miss by more than a factor of two, `disturbed` one that may be the
 * hypervisor's.
 */
export function verdictOf(finding: Finding): Verdict {
  if ('leftOut' in finding) {
    return 'left out';
  }
  if ('failed' in finding) {
    return 'failed';
  }
  const kind: FigureKind = FIGURES[finding.name];
  if (kind.mark === undefined) {
    return 'shown';
  }
  const found = compared(kind, finding.measured, finding.yardstick);
  if (holds(kind.mark, found, 1)) {
    return 'reached';
  }
  if (holds(kind.mark, found, 2)) {
    return 'missed';
  }
  return finding.disturbed === true ? 'disturbed' : 'missed by two';
}

/**
 * For what a run has failed: figures that could not be measured, with `strict` those that miss their mark, in a short one
 * those that miss it by a factor of two in turns that the hypervisor left alone.
 */
export function failuresOf(findings: readonly Finding[], how: Severity): Finding[] {
  return findings.filter((finding) => failsRun(verdictOf(finding), how));
}

function failsRun(verdict: Verdict, { short, strict }: Severity): boolean {
  switch (verdict) {
    case 'failed':
      return true;
    case 'missed by two':
      return short || strict;
    case 'missed':
    case 'disturbed':
      return strict;
    default:
      return false;
  }
}

/** Not a number holds nowhere. */
function holds(mark: Mark, found: number, factor: number): boolean {
  return 'atMost' in mark ? found <= mark.atMost * factor : found >= mark.atLeast / factor;
}
