import { watchStolen } from './stolen.ts';

/** Turns as they were taken. */
export interface Turns<T> {
  readonly counted: readonly (T & Stolen)[];
  readonly setAside: readonly (T & Stolen)[];
}

interface Stolen {
  /** Share of the processors' time that the hypervisor gave to other machines meanwhile, 0 to 1. */
  readonly stolen: number;
}

export interface TurnOptions<T> {
  /** A turn that loses more of the processors' time to other machines, 0 to 1, is set aside. */
  readonly mostStolen: number;
  /** How many may be. */
  readonly spare: number;
  /** Whether a turn was not what it was to be: then it is set aside likewise. */
  readonly isVoid?: (turn: T) => boolean;
  readonly onSetAside?: (turn: T) => void;
  readonly watch?: typeof watchStolen;
}

/**
 * Takes a turn of each side in the order given. Those that the hypervisor disturbed, whatever they measured, and those that
 * are void are set aside and taken again behind the others, as long as less than `spare` were; after that they count as they come.
 */
export async function inTurns<Side, T extends object>(
  order: readonly Side[],
  options: TurnOptions<T>,
  take: (side: Side) => Promise<T>,
): Promise<Turns<T>> {
  const {
    mostStolen,
    spare,
    isVoid = () => false,
    onSetAside = () => undefined,
    watch = watchStolen,
  } = options;
  const counted: (T & Stolen)[] = [];
  const setAside: (T & Stolen)[] = [];
  for (let due = order; due.length > 0; ) {
    const again: Side[] = [];
    for (const side of due) {
      const stolenSince = watch();
      const turn = { ...(await take(side)), stolen: stolenSince() };
      if ((turn.stolen > mostStolen || isVoid(turn)) && setAside.length < spare) {
        setAside.push(turn);
        onSetAside(turn);
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
export function allOf<T>({ counted, setAside }: Turns<T>): Turns<T>['counted'] {
  return [...counted, ...setAside];
}
