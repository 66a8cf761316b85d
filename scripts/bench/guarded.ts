import { Guard, type Undoable } from '../../src/lab/guard.ts';

/** What is changed of the machine while a benchmark runs. */
export interface Restorable {
  restore(): void;
}

/**
 * Does the work, and on every way out puts the machine back and takes the lab down: at the end, after an
 * exception, before a signal ends the process.
 *
 * @returns nothing when a signal came: whoever uses a lab that goes down meets errors that say nothing new
 */
export async function guarded<T>(
  changed: readonly Restorable[],
  lab: Undoable,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const takeDown = async () => {
    for (const one of changed) {
      one.restore();
    }
    await lab.takeDown();
  };
  const guard = new Guard({ takeDown }, { crashes: true });
  try {
    return await work();
  } catch (error) {
    if (!guard.ending) {
      throw error;
    }
    return undefined;
  } finally {
    await takeDown();
    guard.off();
  }
}
