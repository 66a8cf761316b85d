import { readVersion } from '../agent/version.ts';
import { systemClock } from '../base/clock.ts';
import { builtProgram } from '../lab/daemon.ts';
import { Guard } from '../lab/guard.ts';
import { describeMachine, placement } from '../lab/machine.ts';
import { keepFilesInMemory } from '../lab/memory-folder.ts';
import { Progress } from '../lab/progress.ts';
import { enterUserNamespace } from '../lab/rootless.ts';
import { watchStolen } from '../lab/stolen.ts';
import { takeDownOrphans } from '../lab/take-down.ts';
import type { CompareOptions } from './compare-options.ts';
import { Comparison, standsFor } from './comparison.ts';
import type { Contestant } from './contestant.ts';
import { present, requirePresentable } from './presentation.ts';
import { Recorder } from './recorder.ts';
import { requireNamespaces, requirePrograms } from './requirements.ts';
import type { ComparisonPlan, Results } from './results.ts';
import { readResults } from './results-file.ts';
import { Scene } from './scene.ts';
import { SCHEDULE, type Schedule } from './schedule.ts';
import { StatusLine } from './status-line.ts';
import { stepsOf } from './steps.ts';

/** Where a comparison writes. */
export interface CompareOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
}

/**
 * `l3missd compare`: measures, or reads what was measured, and shows it. A signal ends the measuring; what there is by then
 * is shown and written all the same.
 *
 * @returns the exit code
 * @throws LabFault, CompareFault
 */
export async function runCompare(
  options: CompareOptions,
  output: CompareOutput,
  schedule: Schedule = SCHEDULE,
): Promise<number> {
  if (options.from !== undefined) {
    await show(await readResults(options.from), options, output);
    return 0;
  }
  await requirePresentable(options);
  await requirePrograms();
  await enterUserNamespace([...builtProgram(), ...process.argv.slice(2)]);
  await requireNamespaces();
  keepFilesInMemory();
  await takeDownOrphans();
  await measure(options, output, schedule);
  return 0;
}

/** Ends by itself, or by a signal when the lab is taken down and everything is shown. */
async function measure(options: CompareOptions, output: CompareOutput, schedule: Schedule): Promise<void> {
  const contestants = contestantsOf(options);
  const scene = new Scene(standsFor(contestants), placement());
  let work = Promise.resolve();
  const takeDown = async () => {
    await scene.lab.takeDown();
    await work;
  };
  const guard = new Guard({ takeDown }, { crashes: true });
  work = compareOn(scene, contestants, { options, output, schedule }, () => guard.ending).then((found) =>
    show(found, options, output),
  );
  try {
    await work;
  } finally {
    await scene.lab.takeDown();
    if (guard.ending) {
      // The guard lets the signal end the process now.
      await new Promise(() => undefined);
    }
    guard.off();
  }
}

interface Task {
  readonly options: CompareOptions;
  readonly output: CompareOutput;
  readonly schedule: Schedule;
}

/** @param isInterrupted whether what goes wrong goes wrong because the lab is being taken down */
async function compareOn(
  scene: Scene,
  contestants: readonly Contestant[],
  { options, output, schedule }: Task,
  isInterrupted: () => boolean,
): Promise<Results> {
  const plan = planOf(options, contestants);
  const steps = stepsOf(plan, contestants, schedule);
  const line = new StatusLine(output);
  const progress = new Progress([steps.raise, ...steps.rounds, steps.killed], systemClock, (text) =>
    line.show(text),
  );
  const recorder = new Recorder();
  const startedAt = new Date();
  const stolenSince = watchStolen();
  let interrupted = false;
  try {
    await new Comparison({ scene, plan, contestants, steps, schedule, recorder, progress }).run();
  } catch (error) {
    if (!isInterrupted()) {
      throw error;
    }
    interrupted = true;
  } finally {
    line.end();
  }
  return {
    format: 2,
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    interrupted,
    machine: { ...describeMachine(), l3missd: readVersion(), root: !scene.lab.rootless },
    plan,
    leftOut: recorder.leftOut,
    samples: recorder.samples,
    setAside: recorder.setAside,
    stolen: Math.round(stolenSince() * 1000) / 1000,
  };
}

function contestantsOf({ modes, peers }: CompareOptions): Contestant[] {
  return [
    ...modes.map((name): Contestant => ({ kind: 'mode', name })),
    ...peers.map(({ name, command }): Contestant => ({ kind: 'peer', name, command })),
  ];
}

function planOf(options: CompareOptions, contestants: readonly Contestant[]): ComparisonPlan {
  const { nodes, active, podsPerNode, rounds } = options;
  return {
    contestants: contestants.map(({ name, kind }) => ({ name, kind })),
    nodes: [...nodes],
    active: [...active],
    podsPerNode,
    rounds,
  };
}

async function show(found: Results, options: CompareOptions, output: CompareOutput): Promise<void> {
  output.out(await present(found, { ...options, colours: output.outIsTerminal }));
}
