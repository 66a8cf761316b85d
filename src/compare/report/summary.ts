import type { Figure, Statistic } from '../figure.ts';
import type { Results, Sample } from '../results.ts';
import { statisticOf } from '../statistic.ts';
import { isContradicted, isUnconfirmed, isUnsettled, ratiosByRound } from './unsettled.ts';

/** What one contestant came to in one row. */
export interface Cell {
  readonly contestant: string;
  /** In the unit of the figure. */
  readonly value: number;
  /** The same statistic of each round by itself, in the order of the rounds: how far they are apart. */
  readonly rounds: readonly number[];
  /** Between these it lies as far as the rounds tell. */
  readonly range: Range;
  /** No other is better, and one at least is worse. */
  readonly best: boolean;
  /** To the best value; undefined where that is not above 0, or too little, and where there is nobody to compare with. */
  readonly ratio: number | undefined;
  /**
   * Between these the ratio lies as far as the rounds tell, where another run may well come to another one (see `isUnsettled`,
   * `isUnconfirmed` and `isContradicted`); undefined where they settle it.
   */
  readonly unsettled: Range | undefined;
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/** One figure with one number of nodes, and one share of them that is talked to where that plays a part. */
export interface Row {
  readonly figure: Figure;
  readonly nodes: number;
  readonly active: number | undefined;
  /** Of those contestants for which something was measured, in the order of the plan. */
  readonly cells: readonly Cell[];
}

type Rounds = ReadonlyMap<number, readonly number[]>;
type Measured = Omit<Cell, 'best' | 'ratio' | 'unsettled'>;

/** All rows of all figures, also those for which nothing was measured. */
export function summarise(results: Results, figures: readonly Figure[]): Row[] {
  const roundsOf = indexed(results.samples);
  const contestants = results.plan.contestants.map(({ name }) => name);
  return figures.flatMap((figure) =>
    placesOf(figure, results).map(({ nodes, active }) => {
      const rounds = contestants.map(
        (name) =>
          roundsOf.get(keyOf({ series: figure.series, contestant: name, nodes, active })) ?? new Map(),
      );
      return { figure, nodes, active, cells: cellsOf(figure, contestants, rounds) };
    }),
  );
}

/** The cell of a contestant, if something was measured for it. */
export function cellOf(row: Row, contestant: string): Cell | undefined {
  return row.cells.find((cell) => cell.contestant === contestant);
}

type Place = Pick<Row, 'nodes' | 'active'>;

function placesOf(figure: Figure, { plan }: Results): Place[] {
  const shares = figure.byActive ? plan.active : [undefined];
  return plan.nodes.flatMap((nodes) => shares.map((active) => ({ nodes, active })));
}

function keyOf({ series, contestant, nodes, active }: Place & Pick<Sample, 'series' | 'contestant'>): string {
  return JSON.stringify([series, contestant, nodes, active]);
}

/** By keyOf, then by round. */
function indexed(samples: readonly Sample[]): ReadonlyMap<string, Rounds> {
  const index = new Map<string, Map<number, number[]>>();
  for (const { series, contestant, nodes, active, round, values } of samples) {
    const key = keyOf({ series, contestant, nodes, active });
    const rounds = index.get(key) ?? new Map<number, number[]>();
    index.set(key, rounds);
    rounds.set(round, [...(rounds.get(round) ?? []), ...values]);
  }
  return index;
}

function cellsOf(figure: Figure, contestants: readonly string[], rounds: readonly Rounds[]): Cell[] {
  const told = tellingOf(figure, rounds);
  const compared = needsSameRounds(figure) ? commonOf(told) : told;
  const measured = contestants.flatMap((contestant, index) =>
    measuredOf(figure, contestant, compared[index] ?? new Map()),
  );
  return marked(figure, measured);
}

/** A sum, a smallest and a largest value depend on how many rounds there are: they compare only over the same ones. */
function needsSameRounds({ statistic }: Figure): boolean {
  return statistic === 'sum' || statistic === 'smallest' || statistic === 'largest';
}

/** The rounds that all have who have any: an interrupted run has one more of some. */
function commonOf(rounds: readonly Rounds[]): Rounds[] {
  const present = rounds.filter(hasValues);
  return rounds.map(
    (own) =>
      new Map([...own].filter(([round]) => present.every((other) => (other.get(round) ?? []).length > 0))),
  );
}

function hasValues(rounds: Rounds): boolean {
  return [...rounds.values()].some((values) => values.length > 0);
}

/** The rounds in which somebody has as many values as the figure needs: who lost some is compared all the same. */
function tellingOf({ fewest = 1 }: Figure, rounds: readonly Rounds[]): Rounds[] {
  const most = (round: number) => Math.max(...rounds.map((own) => own.get(round)?.length ?? 0));
  return rounds.map((own) => new Map([...own].filter(([round]) => most(round) >= fewest)));
}

function measuredOf({ statistic }: Figure, contestant: string, rounds: Rounds): Measured[] {
  const inOrder = [...rounds].sort(([one], [other]) => one - other).map(([, values]) => values);
  const ofEach = inOrder.flatMap((values) => statisticOf(statistic, values) ?? []);
  const value = statistic === 'p99' ? statisticOf('median', ofEach) : statisticOf(statistic, inOrder.flat());
  return value === undefined
    ? []
    : [{ contestant, value, rounds: ofEach, range: rangeOf(statistic, ofEach) }];
}

/** A smallest or largest value that a second round confirms lies between these two. */
function rangeOf(statistic: Statistic, rounds: readonly number[]): Range {
  const sorted = Float64Array.from(rounds).sort();
  const [least, most] = [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN];
  if (statistic === 'smallest' && !isUnconfirmed(rounds, statistic)) {
    return { least, most: sorted[1] ?? most };
  }
  return statistic === 'largest' && !isUnconfirmed(rounds, statistic)
    ? { least: sorted.at(-2) ?? least, most }
    : { least, most };
}

function marked(figure: Figure, measured: readonly Measured[]): Cell[] {
  const { better, resolution = 0 } = figure;
  const values = measured.map(({ value }) => value);
  const best = better === 'less' ? Math.min(...values) : Math.max(...values);
  const differ = values.some((value) => value !== best);
  const first = measured.find(({ value }) => value === best);
  return measured.map((cell) => ({
    ...cell,
    best: differ && cell.value === best,
    ratio: best > 0 && best >= resolution && measured.length > 1 ? cell.value / best : undefined,
    unsettled:
      first !== undefined && first !== cell && areUnsettled(figure, cell, first)
        ? ratiosOf(cell, first)
        : undefined,
  }));
}

/** The ratios of the rounds, one by one, and that of both values, which is not always among them. */
function ratiosOf(one: Measured, other: Measured): Range {
  const byRound = ratiosByRound({ one: one.rounds, other: other.rounds });
  const ratios = [...byRound, one.value / other.value];
  return { least: Math.min(...ratios), most: Math.max(...ratios) };
}

function areUnsettled({ statistic }: Figure, one: Measured, other: Measured): boolean {
  const compared = { one: one.rounds, other: other.rounds, ratio: one.value / other.value };
  return statistic === 'smallest' || statistic === 'largest'
    ? isUnconfirmed(one.rounds, statistic) ||
        isUnconfirmed(other.rounds, statistic) ||
        isContradicted(compared)
    : isUnsettled(compared);
}
