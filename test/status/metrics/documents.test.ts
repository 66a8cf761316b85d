import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LATENCY } from '../../../src/status/metrics/latency-metric.ts';
import { allFamilies } from '../../../src/status/metrics/metrics-route.ts';
import { dashboardPanels } from '../../support/dashboard.ts';

const read = (path: string) => readFileSync(join(process.cwd(), path), 'utf8');
const families = [{ ...LATENCY, type: 'histogram', labels: [] }, ...allFamilies()];

/** Every name that Prometheus can be asked for. */
const names = new Set([
  ...families.map(({ name }) => name),
  ...['bucket', 'sum', 'count'].map((suffix) => `${LATENCY.name}_${suffix}`),
]);

const alerts = Array.from(
  read('scripts/prometheus/alerts.yml').matchAll(/- alert: (\w+)/g),
  ([, name]) => name,
);

describe('what is written about the metrics', () => {
  it('docs/metrics.md has each in its table, as the code has it', () => {
    const rows = families.map(({ name, type, labels, help }) => {
      const cells = [`\`${name}\``, type, labels.join(', '), help];
      return `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
    });
    const text = read('docs/metrics.md');
    assert.deepEqual(
      rows.filter((row) => !text.includes(row)),
      [],
      'lines that docs/metrics.md lacks',
    );
  });

  it('docs/metrics.md has each alert', () => {
    assert.ok(alerts.length >= 10);
    const text = read('docs/metrics.md');
    assert.deepEqual(
      alerts.filter((name) => !text.includes(`| \`${name}\` |`)),
      [],
    );
  });

  for (const path of ['scripts/prometheus/alerts.yml', 'scripts/grafana/l3missd.json', 'docs/metrics.md']) {
    it(`${path} names only metrics that there are`, () => {
      const named = Array.from(read(path).matchAll(/\b(?:l3missd|process)_\w+/g), ([name]) => name);
      assert.ok(named.length > 10);
      assert.deepEqual(
        named.filter((name) => !names.has(name)),
        [],
      );
    });
  }

  it('each panel of the dashboard has a number and a place of its own, and says what it shows', () => {
    const panels = dashboardPanels();
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const places = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    assert.equal(new Set(places).size, places.length, 'none lies over another');
    assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24));
    for (const { title, type, description = '', targets } of panels) {
      assert.ok(type === 'row' || (description !== '' && targets.length > 0), title);
    }
  });

  it('each alert has a test in which it fires, and one in which it does not', () => {
    const text = read('scripts/prometheus/alerts.test.yml');
    for (const name of alerts) {
      assert.match(text, new RegExp(`alertname: ${name}\\n +exp_alerts:\\n +- exp_labels`), `${name} fires`);
      assert.match(text, new RegExp(`alertname: ${name}\\n +exp_alerts: \\[\\]`), `${name} does not`);
    }
  });
});
