/**
 * A measurement in slices of some milliseconds, with a pause after each, in which others have theirs: what shares a core with
 * this machine makes it a half slower, for milliseconds or for minutes, and so for all of them alike.
 */
export type Slices = AsyncGenerator<void, void, void>;

/** A slice of each in turn until all are done, forwards and backwards, so that none always follows the same other one. */
export async function inSlices(all: readonly Slices[]): Promise<void> {
  for (let left = all; left.length > 0; ) {
    const unfinished: Slices[] = [];
    for (const one of left) {
      if ((await one.next()).done !== true) {
        unfinished.push(one);
      }
    }
    left = unfinished.reverse();
  }
}
