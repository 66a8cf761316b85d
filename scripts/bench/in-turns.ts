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
 * Takes a turn of each side in the order given. Those that the hypervisor disturbed, whatever they measured, are set aside and
 * taken again behind the others, as long as less than `spare` were; after that they count as they come.
 */
export async function inTurns<Side, T extends object>(
  order: readonly Side[],
  spare: number,
  take: (side: Side) => Promise<T>,
  watch = watchStolen,
): Promise<Turns<T>> {
  const counted: (T & Stolen)[] = [];
  const setAside: (T & Stolen)[] = [];
  for (let due = order; due.length > 0; ) {
    const again: Side[] = [];
    for (const side of due) {
      const stolenSince = watch();
      const turn = { ...(await take(side)), stolen: stolenSince() };
      if (turn.stolen > MOST_STOLEN && setAside.length < spare) {
        setAside.push(turn);
        again.push(side);
      } else {
        counted.push(turn);
      }
    }
    due = again;
  }
  return { counted, setAside };
}

/** All of them, where it does not matter who else was served: nothing may be lost in any. */
export function allOf<T>({ counted, setAside }: Turns<T>): readonly T[] {
  return [...counted, ...setAside];
}
