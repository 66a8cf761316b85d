import { watchStolen } from '../../src/lab/stolen.ts';

/**
 * More of the processors' time than this, given to other machines by the hypervisor during a turn, and the turn is set
 * aside: of a hundred waits one would be the hypervisor's, which is what a p99 shows.
 */
const MOST_STOLEN = 0.005;

/** Turns as they were taken. */
export interface Turns<T> {
  readonly counted: readonly (T & Stolen)[];
  readonly setAside: readonly (T & Stolen)[];
}

interface Stolen {
  /** Share of the processors' time that the hypervisor gave to other machines meanwhile, 0 to 1. */
  readonly stolen: number;
}

/**
 * Takes a turn of each side in the order given. One that the hypervisor disturbed is set aside and taken again, whatever it
 * measured; after `spare` such turns they count as they come.
 */
export async function inTurns<Side, T extends object>(
  order: readonly Side[],
  spare: number,
  take: (side: Side) => Promise<T>,
  watch = watchStolen,
): Promise<Turns<T>> {
  const counted: (T & Stolen)[] = [];
  const setAside: (T & Stolen)[] = [];
  for (const side of order) {
    let turn = await watched(side, take, watch);
    for (; turn.stolen > MOST_STOLEN && setAside.length < spare; turn = await watched(side, take, watch)) {
      setAside.push(turn);
    }
    counted.push(turn);
  }
  return { counted, setAside };
}

async function watched<Side, T extends object>(
  side: Side,
  take: (side: Side) => Promise<T>,
  watch: typeof watchStolen,
): Promise<T & Stolen> {
  const stolenSince = watch();
  const turn = await take(side);
  return { ...turn, stolen: stolenSince() };
}

/** All of them, where it does not matter who else was served: nothing may be lost in any. */
export function allOf<T>({ counted, setAside }: Turns<T>): readonly T[] {
  return [...counted, ...setAside];
}
