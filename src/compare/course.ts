import { Agent } from './agent.ts';
import { CompareFault } from './compare-fault.ts';
import { measureBursts } from './measure/burst.ts';
import { measureChanges } from './measure/changes.ts';
import { recordEntries } from './measure/entries.ts';
import { measureMemory } from './measure/kernel-memory.ts';
import { measurePackets } from './measure/packets.ts';
import { timedStart } from './measure/start.ts';
import { measureSteady } from './measure/steady.ts';
import type { Turn } from './measure/turn.ts';
import type { Schedule } from './schedule.ts';
import type { Slices } from './slices.ts';

export interface CourseOptions {
  readonly schedule: Schedule;
  readonly measuresMemory: boolean;
}

/** What a contestant goes through in a round, in this order. */
export const PARTS = [
  'publish',
  'startTimed',
  'burst',
  'startAgain',
  'sendPackets',
  'sendSteadily',
  'change',
  'end',
] as const;
type Part = (typeof PARTS)[number];

/** In these nothing is timed, and whoever waits for one agent may as well wait for all. */
export const SIDE_BY_SIDE: ReadonlySet<Part> = new Set(['startAgain']);

/**
 * A contestant's way through a round. It has two lives: one is timed from its start on, the other is watched from a start
 * without any traffic.
 */
export class Course implements Record<Part, () => Slices> {
  readonly #turn: Turn;
  readonly #options: CourseOptions;
  #running: Agent | undefined;

  constructor(turn: Turn, options: CourseOptions) {
    this.#turn = turn;
    this.#options = options;
  }

  async *publish(): Slices {
    const { scene, stand, nodes } = this.#turn;
    await scene.publish(stand, nodes);
    yield;
  }

  async *startTimed(): Slices {
    this.#running = await timedStart(this.#turn, this.#options.schedule);
    await this.#agent.settled();
    yield;
  }

  async *burst(): Slices {
    yield* measureBursts(this.#turn, this.#agent);
    await this.#agent.kill();
  }

  async *startAgain(): Slices {
    const { stand, contestant } = this.#turn;
    this.#running = await Agent.start(stand, contestant, { unconfined: true });
    recordEntries(this.#turn, 'start', await this.#agent.settled());
    await this.#agent.confine();
    yield;
  }

  sendPackets(): Slices {
    return measurePackets(this.#turn, this.#agent);
  }

  sendSteadily(): Slices {
    return measureSteady(this.#turn, this.#agent);
  }

  change(): Slices {
    return measureChanges(this.#turn, this.#agent);
  }

  async *end(): Slices {
    this.#agent.assertRunning();
    await this.#agent.kill();
    if (this.#options.measuresMemory) {
      await measureMemory(this.#turn);
    }
    await this.#turn.stand.removeDevice();
    yield;
  }

  get #agent(): Agent {
    if (this.#running === undefined) {
      throw new CompareFault(this.#turn.contestant.name, 'not started yet', 'parts in their order');
    }
    return this.#running;
  }
}
