import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const dashboardSchema = z.looseObject({
  panels: z.array(
    z.looseObject({
      id: z.int(),
      title: z.string(),
      type: z.string(),
      description: z.string().optional(),
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      targets: z.array(z.looseObject({ expr: z.string(), refId: z.string() })).default([]),
    }),
  ),
});

export type DashboardPanel = z.infer<typeof dashboardSchema>['panels'][number];

export function dashboardPanels(): DashboardPanel[] {
  const path = join(process.cwd(), 'scripts/grafana/l3missd.json');
  return dashboardSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).panels;
}

/** The queries that docs/metrics.md recommends. */
export function documentedQueries(): string[] {
  const text = readFileSync(join(process.cwd(), 'docs/metrics.md'), 'utf8');
  const [, table = ''] = /\| question \| query \|\n([\s\S]*?)\n\n/.exec(text) ?? [];
  return Array.from(table.matchAll(/\| `(.+)` \|$/gm), ([, query = '']) => query);
}

/** Every query as Grafana would send it for all hosts, with that time for its intervals and ranges. */
export function dashboardQueries(interval: string): string[] {
  return dashboardPanels()
    .flatMap(({ targets }) => targets.map(({ expr }) => expr))
    .map((expr) =>
      expr
        .replaceAll('$instance', '.*')
        .replaceAll('$__rate_interval', interval)
        .replaceAll('$__range', interval),
    );
}
