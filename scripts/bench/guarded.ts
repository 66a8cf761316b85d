import { Guard, type Undoable } from '../../src/lab/guard.ts';
import type { TableLimits } from './table-limits.ts';

/**
 * Does the work, and on every way out puts the machine's limits back and takes the lab down: at the end, after an
 * exception, before a signal ends the process.
 *
 * @returns nothing when a signal came: whoever uses a lab that goes down meets errors that say nothing new
 */
export async function guarded<T>(
  limits: TableLimits,
  lab: Undoable,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const takeDown = async () => {
    limits.restore();
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
