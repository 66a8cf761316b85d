import { tryCommand } from '../lab/command.ts';
import { inTurns } from '../lab/in-turns.ts';
import type { Progress } from '../lab/progress.ts';
import { ownSubnet } from './address-plan.ts';
import { Agent } from './agent.ts';
import type { Contestant } from './contestant.ts';
import { measureBursts } from './measure/burst.ts';
import { measureChanges } from './measure/changes.ts';
import { measureCounted } from './measure/counted.ts';
import { recordEntries } from './measure/entries.ts';
import { measureIdle } from './measure/idle.ts';
import { measureMemory, slabsOutOfReach } from './measure/kernel-memory.ts';
import { measureKilled } from './measure/killed.ts';
import { measurePackets } from './measure/packets.ts';
import { timedStart } from './measure/start.ts';
import { measureSteady } from './measure/steady.ts';
import type { Turn } from './measure/turn.ts';
import type { Recorder } from './recorder.ts';
import type { ComparisonPlan } from './results.ts';
import type { Scene } from './scene.ts';
import type { Schedule } from './schedule.ts';
import type { Steps, TurnStep } from './steps.ts';

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

/** Medians of a turn stand some disturbance: not more of the processors' time than this. */
const MOST_STOLEN = 0.01;

/** One on which all take turns, and for each one to be killed on and one to be counted on. */
export function standsFor(contestants: readonly Contestant[]): number {
  return 1 + 2 * contestants.length;
}

/** Raises the scene and measures everything that the plan asks for. */
export class Comparison {
  readonly #parts: ComparisonParts;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
  }

  /** @throws LabFault, CompareFault; what was recorded until then stays */
  async run(): Promise<void> {
    const { scene, steps, progress } = this.#parts;
    progress.begin(steps.raise);
    await scene.raise();
    // The program's code is compiled while it runs; what it sends to here is its own gateway.
    await scene.stand(0).traffic.flood([ownSubnet(0) + 1], 1, WARM_UP_MS);
    const measuresMemory = this.#leaveOutMemory();
    await this.#takeTurns(measuresMemory);
    progress.begin(steps.killed);
    await this.#killAndCount();
  }

  /** What a turn recorded that the hypervisor disturbed is set aside at once: a signal may end the measuring at any time. */
  async #takeTurns(measuresMemory: boolean): Promise<void> {
    const { steps, recorder, progress, schedule } = this.#parts;
    const onSetAside = ({ step, from }: { step: TurnStep; from: number }) => {
      recorder.takeBack(from);
      progress.add(step);
    };
    const spare = Math.ceil(steps.turns.length * schedule.spareShare);
    await inTurns(steps.turns, { mostStolen: MOST_STOLEN, spare, onSetAside }, async (step) => {
      progress.begin(step);
      const from = recorder.samples.length;
      await this.#takeTurn(step, measuresMemory);
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

  /** Two lives: one is timed from its start on, the other is watched from a start without any traffic. */
  async #takeTurn({ contestant, nodes, round }: TurnStep, measuresMemory: boolean): Promise<void> {
    const turn = this.#turn(contestant, nodes, round);
    await turn.scene.publish(turn.stand, nodes);
    const timed = await timedStart(turn, this.#parts.schedule);
    await timed.settled();
    await measureBursts(turn, timed);
    await timed.kill();

    const agent = await Agent.start(turn.stand, contestant);
    recordEntries(turn, 'start', await agent.settled());
    await measurePackets(turn, agent);
    await measureSteady(turn, agent);
    await measureChanges(turn, agent);
    agent.assertRunning();
    await agent.kill();
    if (measuresMemory) {
      await measureMemory(turn);
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
        this.#killOne(contestant, 1 + index),
        this.#countOne(contestant, 1 + contestants.length + index, hasTracer),
      ]),
    );
  }

  async #killOne(contestant: Contestant, stand: number): Promise<void> {
    const { plan, schedule, scene } = this.#parts;
    const middle = [...plan.nodes].sort((one, other) => one - other)[Math.floor(plan.nodes.length / 2)] ?? 1;
    const turn = { ...this.#turn(contestant, middle, 1), stand: scene.stand(stand) };
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
    const { scene, plan, recorder } = this.#parts;
    const cell = { contestant: contestant.name, nodes, round };
    return { scene, stand: scene.stand(0), contestant, plan, nodes, cell, recorder };
  }
}
