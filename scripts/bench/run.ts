import { systemClock } from '../../src/base/clock.ts';
import { describeError, Fault } from '../../src/base/fault.ts';
import { Progress, type Step } from '../../src/lab/progress.ts';
import type { Stats } from '../../src/status/stats.ts';
import { writeLeases } from './bench-leases.ts';
import { EXPERIMENTS } from './experiments.ts';
import {
  disturbanceIn,
  type Experiment,
  type Extent,
  LEASES,
  type Result,
  type Stage,
} from './figures/experiment.ts';
import type { Finding } from './marks.ts';
import type { Options } from './options.ts';
import { MAIN_PREFIX, type Scene } from './scene.ts';
import type { TableLimits } from './table-limits.ts';

/** Everything that was measured. */
export interface Outcome {
  readonly findings: readonly Finding[];
  readonly samples: Readonly<Record<string, unknown>>;
  /** How many turns were taken again because the hypervisor disturbed them. */
  readonly setAside: number;
  /** What the daemon that answered counted over the whole run. */
  readonly daemon: Stats['misses'];
}

const RAISE: Step = { title: 'raising three hosts and etcd, compiling the yardsticks', seconds: 2 };
const START: Step = { title: `writing ${LEASES} leases and starting daemons`, seconds: 3 };

/** @throws LabFault, BenchFault */
export async function runExperiments(
  scene: Scene,
  limits: TableLimits,
  options: Options,
  say: (line: string) => void,
): Promise<Outcome> {
  const chosen = EXPERIMENTS.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const reason = limits.outOfReach;
  const possible = chosen.filter(({ needsRaisedLimits }) => !needsRaisedLimits || reason === undefined);
  const progress = new Progress(
    [RAISE, START, ...possible.map((one) => stepOf(one, options))],
    systemClock,
    say,
  );
  progress.begin(RAISE);
  await scene.raise();
  progress.begin(START);
  await writeLeases(scene.lab.etcd, MAIN_PREFIX, LEASES);
  await scene.startDaemons();
  const findings: Finding[] = [];
  const samples: Record<string, unknown> = {};
  let setAside = 0;
  for (const experiment of chosen) {
    if (experiment.needsRaisedLimits && reason !== undefined) {
      findings.push(...experiment.figures.map((name) => ({ name, leftOut: reason })));
      continue;
    }
    progress.begin(stepOf(experiment, options));
    const result = await runOne(experiment, { scene, limits, extent: options });
    const { disturbed } = result;
    findings.push(...result.findings.map((finding) => ({ disturbed, ...finding })));
    samples[experiment.name] = result.samples;
    setAside += result.setAside;
  }
  const { misses } = await scene.daemonHost.daemon.statistics();
  return { findings, samples, setAside, daemon: misses };
}

/** One that fails takes its own figures with it; what the others measured, for minutes, stays. */
async function runOne(experiment: Experiment, stage: Stage): Promise<Result> {
  try {
    return await experiment.run(stage);
  } catch (error) {
    if (!(error instanceof Fault) || stage.scene.daemonHost.namespace.gate.signal.aborted) {
      throw error;
    }
    const failed = describeError(error);
    return {
      findings: experiment.figures.map((name) => ({ name, failed })),
      samples: [],
      ...disturbanceIn(),
    };
  }
}

function stepOf(experiment: Experiment, extent: Extent): Step {
  return { title: experiment.title, seconds: experiment.seconds(extent) };
}
