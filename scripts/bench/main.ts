import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeError } from '../../src/base/fault.ts';
import { describeMachine, type Machine, type Placement, placement } from '../../src/lab/machine.ts';
import { keepFilesInMemory } from '../../src/lab/memory-folder.ts';
import { enterUserNamespace } from '../../src/lab/rootless.ts';
import { takeDownOrphans } from '../../src/lab/take-down.ts';
import { EXPERIMENTS } from './experiments.ts';
import { TABLE_ENTRIES } from './figures/experiment.ts';
import { guarded } from './guarded.ts';
import { KernelThreads } from './kernel-threads.ts';
import { compared, FIGURES, type Finding, failuresOf, verdictOf } from './marks.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { renderFailure, renderFindings } from './render.ts';
import { type Outcome, runExperiments } from './run.ts';
import { Scene } from './scene.ts';
import { TableLimits } from './table-limits.ts';

async function main(): Promise<number> {
  const names = EXPERIMENTS.map(({ name }) => name);
  const options = parseOptions(process.argv.slice(2), names);
  if (options.help) {
    process.stdout.write(usage(names));
    return 0;
  }
  await enterUserNamespace([process.execPath, fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
  keepFilesInMemory();
  const limits = new TableLimits();
  if (limits.restoreAfterKill()) {
    say('gc_thresh was put back, which a run that was killed had raised.');
  }
  const threads = new KernelThreads();
  if (threads.restoreAfterKill()) {
    say('Threads of the kernel were put back, which a run that was killed had moved.');
  }
  await takeDownOrphans();
  const machine = describeMachine();
  const places = placement();
  const scene = new Scene(places);
  let moved = false;
  const outcome = await guarded([limits, threads], scene.lab, () => {
    moved = threads.leave(places);
    return runExperiments(scene, limits, options, say);
  });
  if (outcome === undefined) {
    return 1;
  }
  say(`\n${introduction(machine, places, options, moved)}\n${renderFindings(outcome.findings)}`);
  if (outcome.setAside > 0) {
    say(
      `Taken again: ${outcome.setAside} turns in which the hypervisor gave the processors to other machines,\nor the pace was not kept.`,
    );
  }
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(report(machine, scene, options, moved, outcome))}\n`);
  }
  const failures = failuresOf(outcome.findings, options);
  for (const failure of failures) {
    say(`failed: bench ${experimentOf(failure)}: ${renderFailure(failure)}`);
  }
  return failures.length === 0 ? 0 : 1;
}

/** The name by which `--only` chooses what measures it. */
function experimentOf({ name }: Finding): string {
  return EXPERIMENTS.find(({ figures }) => figures.includes(name))?.name ?? name;
}

function introduction(machine: Machine, places: Placement, { rounds }: Options, moved: boolean): string {
  const { processor, processors, kernel, node } = machine;
  return [
    `${processor}, ${processors} processors, Linux ${kernel}, Node ${node}.`,
    `${rounds} turns of each side, alternating; figures are medians over them. What answers misses runs`,
    `on processor ${places.agent}; sender, receiver, etcd and the benchmark on ${places.traffic}${moved ? ', with the' : '.'}`,
    ...(moved ? ["kernel's own threads that may run anywhere."] : []),
  ].join('\n');
}

function report(
  machine: Machine,
  scene: Scene,
  options: Options,
  kernelThreadsMoved: boolean,
  outcome: Outcome,
): object {
  return {
    measuredAt: new Date().toISOString(),
    machine,
    placement: scene.placement,
    kernelThreadsMoved,
    receiveBytes: scene.receiveBytes,
    raisedGcThresh: TABLE_ENTRIES,
    options,
    figures: outcome.findings.map((finding) => ({
      ...FIGURES[finding.name],
      ...finding,
      ...('measured' in finding
        ? { compared: compared(FIGURES[finding.name], finding.measured, finding.yardstick) }
        : {}),
      verdict: verdictOf(finding),
    })),
    setAside: outcome.setAside,
    daemon: outcome.daemon,
    samples: outcome.samples,
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench: ${describeError(error)}\n`);
  process.exitCode = 1;
}
