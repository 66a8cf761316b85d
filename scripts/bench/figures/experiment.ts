import type { Turns } from '../../../src/lab/in-turns.ts';
import type { Finding } from '../marks.ts';
import type { Scene } from '../scene.ts';
import type { TableLimits } from '../table-limits.ts';

/** How much is measured. */
export interface Extent {
  /** How often each side has its turn. */
  readonly rounds: number;
  readonly short: boolean;
}

export interface Stage {
  readonly scene: Scene;
  readonly limits: TableLimits;
  readonly extent: Extent;
}

export interface Result {
  readonly findings: readonly Finding[];
  /** What the findings were made from, for the JSON. */
  readonly samples: unknown;
  /** How many turns were set aside because the hypervisor disturbed them. */
  readonly setAside: number;
  /** Whether it took so much of a turn that counts that a figure out by a factor of two may be its work. */
  readonly disturbed: boolean;
}

/** More of the processors' time than this, and of a hundred waits one would be the hypervisor's, which is what a p99 shows. */
const MOST_STOLEN = 0.005;

/** What a factor of two may come from. */
export const FAR_TOO_MUCH_STOLEN = 0.05;

/** When turns are set aside of so many. */
export function disturbance(turns: number, { short }: Extent): { mostStolen: number; spare: number } {
  return { mostStolen: MOST_STOLEN, spare: short ? 2 : turns };
}

/** What the hypervisor did to the turns. */
export function disturbanceIn(...taken: readonly Turns<object>[]): Pick<Result, 'setAside' | 'disturbed'> {
  const counted = taken.flatMap((turns) => turns.counted);
  return {
    setAside: taken.reduce((sum, { setAside }) => sum + setAside.length, 0),
    disturbed: counted.some(({ stolen }) => stolen > FAR_TOO_MUCH_STOLEN),
  };
}

/** One set-up that gives one or more figures. */
export interface Experiment {
  /** By which `--only` chooses it. */
  readonly name: string;
  readonly title: string;
  /** How long it takes on a usual machine. */
  seconds(extent: Extent): number;
  /** Why it cannot be made here. */
  readonly needsRaisedLimits: boolean;
  readonly figures: readonly Finding['name'][];
  run(stage: Stage): Promise<Result>;
}

/** How many remote hosts have leases where nothing else is said. */
export const LEASES = 4000;

/** What gc_thresh1 to 3 are raised to: more entries than wait at any time. */
export const TABLE_ENTRIES = 1_048_576;
