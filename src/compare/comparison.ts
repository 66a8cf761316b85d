import { tryCommand } from '../lab/command.ts';
import { inTurns } from '../lab/in-turns.ts';
import type { Progress } from '../lab/progress.ts';
import { ownSubnet } from './address-plan.ts';
import type { Contestant } from './contestant.ts';
import { Course, PARTS, SIDE_BY_SIDE } from './course.ts';
import { measureCounted } from './measure/counted.ts';
import { measureIdle } from './measure/idle.ts';
import { slabsOutOfReach } from './measure/kernel-memory.ts';
import { measureKilled } from './measure/killed.ts';
import type { Turn } from './measure/turn.ts';
import type { Recorder } from './recorder.ts';
import type { ComparisonPlan } from './results.ts';
import type { Scene } from './scene.ts';
import type { Schedule } from './schedule.ts';
import { inSlices } from './slices.ts';
import type { RoundStep, Steps } from './steps.ts';

export interface ComparisonParts {
  readonly scene: Scene;
  readonly plan: ComparisonPlan;
  readonly contestants: readonly Contestant[];
  readonly steps: Steps;
  readonly schedule: Schedule;
  readonly recorder: Recorder;
  /** Told before each step, and of those that come in addition. */
  readonly progress: Pick<Progress, 'begin' | 'add'>;
}

const WARM_UP_MS = 500;

/** Medians of a round stand some disturbance: not more of the processors' time than this. */
const MOST_STOLEN = 0.01;

/** Each contestant has one to be measured and killed on, and one to be counted on while the killed are watched. */
export function standsFor(contestants: readonly Contestant[]): number {
  return 2 * contestants.length;
}

/** Raises the scene and measures everything that the plan asks for. */
export class Comparison {
  readonly #parts: ComparisonParts;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
  }

  /** @throws LabFault, CompareFault; what was recorded until then stays */
  async run(): Promise<void> {
    const { scene, steps, progress, contestants } = this.#parts;
    progress.begin(steps.raise);
    await scene.raise();
    // The programs' code is compiled while they run; what they send to here is their own gateway.
    for (const stand of contestants.keys()) {
      await scene.stand(stand).traffic.flood([ownSubnet(stand) + 1], 1, WARM_UP_MS);
    }
    const measuresMemory = this.#leaveOutMemory();
    await this.#takeRounds(measuresMemory);
    progress.begin(steps.killed);
    await this.#killAndCount();
  }

  /** What a round recorded that the hypervisor disturbed is set aside at once: a signal may end the measuring at any time. */
  async #takeRounds(measuresMemory: boolean): Promise<void> {
    const { steps, recorder, progress, schedule } = this.#parts;
    const onSetAside = ({ step, from }: { step: RoundStep; from: number }) => {
      recorder.takeBack(from);
      progress.add(step);
    };
    const spare = Math.ceil(steps.rounds.length * schedule.spareShare);
    await inTurns(steps.rounds, { mostStolen: MOST_STOLEN, spare, onSetAside }, async (step) => {
      progress.begin(step);
      const from = recorder.samples.length;
      await this.#takeRound(step, measuresMemory);
      return { step, from };
    });
  }

  #leaveOutMemory(): boolean {
    const reason = slabsOutOfReach();
    if (reason !== undefined) {
      this.#parts.recorder.leaveOut(reason);
    }
    return reason === undefined;
  }

  /** One part after another, each by all contestants. */
  async #takeRound({ contestants, nodes, round }: RoundStep, measuresMemory: boolean): Promise<void> {
    const { schedule } = this.#parts;
    const courses = contestants.map(
      (contestant) => new Course(this.#turn(contestant, nodes, round), { schedule, measuresMemory }),
    );
    for (const [number, part] of PARTS.entries()) {
      if (SIDE_BY_SIDE.has(part)) {
        await Promise.all(courses.map((course) => inSlices([course[part]()])));
      } else {
        await inSlices(inOrder(courses, number).map((course) => course[part]()));
      }
    }
  }

  /**
   * What happens after the kill takes two minutes of waiting, in which what is counted and not timed is counted: for all
   * contestants side by side, each on hosts of its own.
   */
  async #killAndCount(): Promise<void> {
    const { contestants, recorder } = this.#parts;
    const hasTracer = (await tryCommand('sh', ['-c', 'command -v strace'])).status === 0;
    if (!hasTracer) {
      recorder.leaveOut('Netlink requests: strace is not installed (apt-get install strace).');
    }
    await Promise.all(
      contestants.flatMap((contestant, index) => [
        this.#killOne(contestant),
        this.#countOne(contestant, contestants.length + index, hasTracer),
      ]),
    );
  }

  async #killOne(contestant: Contestant): Promise<void> {
    const { plan, schedule, scene } = this.#parts;
    const middle = [...plan.nodes].sort((one, other) => one - other)[Math.floor(plan.nodes.length / 2)] ?? 1;
    const turn = this.#turn(contestant, middle, 1);
    await scene.publish(turn.stand, middle);
    await measureKilled(turn, schedule.killedAfterMs);
  }

  async #countOne(contestant: Contestant, stand: number, hasTracer: boolean): Promise<void> {
    const { plan, schedule, scene } = this.#parts;
    for (const nodes of plan.nodes) {
      const turn = { ...this.#turn(contestant, nodes, 1), stand: scene.stand(stand) };
      await scene.publish(turn.stand, nodes);
      await measureCounted(turn, hasTracer);
      await measureIdle(turn, schedule.idleSeconds);
    }
  }

  #turn(contestant: Contestant, nodes: number, round: number): Turn {
    const { scene, plan, recorder, contestants } = this.#parts;
    const cell = { contestant: contestant.name, nodes, round };
    const stand = scene.stand(contestants.indexOf(contestant));
    return { scene, stand, contestant, plan, nodes, cell, recorder };
  }
}

/** Forwards and backwards, so that none always follows the same other one. */
function inOrder<T>(list: readonly T[], turn: number): readonly T[] {
  return turn % 2 === 0 ? list : list.toReversed();
}
