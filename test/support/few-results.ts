import type { Figure } from '../../src/compare/figure.ts';
import type { Results } from '../../src/compare/results.ts';
import { sampleResults } from './comparison-sample.ts';

/** A figure of which a test says only what it is about. */
export function figureOf(change: Partial<Figure> = {}): Figure {
  return {
    id: 'f',
    series: 'f',
    statistic: 'median',
    group: 'Group',
    title: 'figure',
    unit: '',
    better: 'less',
    byActive: false,
    sentence: 'What it means.',
    ...change,
  };
}

/** One list of values for each round; undefined for a round without any sample. */
export type Rounds = readonly (readonly number[] | undefined)[];

/** Results of the one series `f`, at one or several numbers of nodes; contestants in the order of their names here. */
export function resultsOf(byNodes: Readonly<Record<number, Readonly<Record<string, Rounds>>>>): Results {
  const names = [...new Set(Object.values(byNodes).flatMap((contestants) => Object.keys(contestants)))];
  const rounds = Object.values(byNodes).flatMap((contestants) => Object.values(contestants));
  return sampleResults({
    leftOut: [],
    plan: {
      contestants: names.map((name) => ({ name, kind: 'mode' as const })),
      nodes: Object.keys(byNodes).map(Number),
      active: [1],
      podsPerNode: 20,
      rounds: Math.max(1, ...rounds.map((list) => list.length)),
    },
    samples: Object.entries(byNodes).flatMap(([nodes, contestants]) =>
      Object.entries(contestants).flatMap(([contestant, list]) =>
        list.flatMap((values, index) =>
          values === undefined
            ? []
            : [{ series: 'f', contestant, nodes: Number(nodes), round: index + 1, values: [...values] }],
        ),
      ),
    ),
  });
}
