import { Counter, Gauge, type Registry } from 'prom-client';
import type { KernelTables } from '../kernel-tables.ts';
import type { Observer } from '../observer.ts';
import type { Stats } from '../stats.ts';

/** What all metrics of one answer are read from, so that they agree. */
export interface Moment {
  readonly stats: Stats;
  readonly kernel: KernelTables;
  readonly observer: Observer;
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric, whose samples are read when somebody asks. */
export interface Family {
  /** With its unit, and `_total` behind a counter (prometheus.io, Metric and label naming). */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
  /** No sample where there is nothing to tell. */
  readonly read: (moment: Moment) => readonly Sample[];
}

/** A gauge without labels; undefined when there is nothing to tell. */
export function gauge(name: string, help: string, read: (moment: Moment) => number | undefined): Family {
  return { name, type: 'gauge', help, labels: [], read: (moment) => alone(read(moment)) };
}

/** A counter without labels. */
export function counter(name: string, help: string, read: (moment: Moment) => number): Family {
  return { name, type: 'counter', help, labels: [], read: (moment) => alone(read(moment)) };
}

/** A metric with one label, whose values come by the label's values. */
export function labelled(
  type: Family['type'],
  [name, label]: readonly [name: string, label: string],
  help: string,
  read: (moment: Moment) => Readonly<Record<string, number>>,
): Family {
  const samples = (moment: Moment) =>
    Object.entries(read(moment)).map(([key, value]) => ({ labels: { [label]: key }, value }));
  return { name, type, help, labels: [label], read: samples };
}

/** A gauge that is 1, and whose labels say something; undefined when there is nothing to say. */
export function info<const L extends string>(
  name: string,
  help: string,
  labels: readonly L[],
  read: (moment: Moment) => Readonly<Record<L, string>> | undefined,
): Family {
  const samples = (moment: Moment) => {
    const found = read(moment);
    return found === undefined ? [] : [{ labels: found, value: 1 }];
  };
  return { name, type: 'gauge', help, labels, read: samples };
}

/** Has the registry ask the family anew each time that it is asked itself. */
export function register(registry: Registry, family: Family, moment: () => Moment): void {
  const { name, help, labels, read } = family;
  const common = { name, help, labelNames: labels, registers: [registry] };
  if (family.type === 'gauge') {
    new Gauge({
      ...common,
      collect() {
        forget(this, family);
        for (const sample of read(moment())) {
          this.set(sample.labels ?? {}, sample.value);
        }
      },
    });
  } else {
    new Counter({
      ...common,
      collect() {
        forget(this, family);
        for (const sample of read(moment())) {
          this.inc(sample.labels ?? {}, sample.value);
        }
      },
    });
  }
}

/** A metric without labels is 0 after a reset, which is not the same as not told. */
function forget(metric: Gauge | Counter, { labels }: Family): void {
  metric.reset();
  if (labels.length === 0) {
    metric.remove();
  }
}

function alone(value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ value }];
}
