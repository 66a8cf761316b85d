/** How long a spell lasts in which everything or nothing is recorded, in milliseconds: some 1,500 misses, or five writes. */
const SPELL_MS = 12;

/** A write that begins in one spell ends in the next: with 320 answers it takes two to four milliseconds. */
const CARRIED_OVER_MS = 4;

const NANOSECONDS_PER_MS = 1e6;

/** Whether the spell at that time is one that records. @param monotonic milliseconds of CLOCK_MONOTONIC */
export function isRecorded(monotonic: number): boolean {
  return Math.floor(monotonic / SPELL_MS) % 2 === 0;
}

/**
 * What of the rate is left while misses are recorded: for each two spells side by side the answers of the one that records
 * divided by those of the other. Only whole spells between the first answer and the last count, and none in which the
 * machine stood still.
 *
 * @param arrivals when answered datagrams came, in nanoseconds of CLOCK_MONOTONIC, in any order; 0 for none
 */
export function ratesLeft(arrivals: readonly number[]): number[] {
  const times = arrivals.filter((time) => time > 0).map((time) => time / NANOSECONDS_PER_MS);
  const first = Math.min(...times);
  const last = Math.max(...times);
  const answers = new Map<number, number>();
  for (const time of times) {
    const spell = Math.floor(time / SPELL_MS);
    if (time - spell * SPELL_MS >= CARRIED_OVER_MS) {
      answers.set(spell, (answers.get(spell) ?? 0) + 1);
    }
  }
  const begin = Math.ceil(first / SPELL_MS);
  const end = Math.floor(last / SPELL_MS);
  const spells = Array.from({ length: Math.max(end - begin - 1, 0) }, (_, index) => begin + index);
  return spells.flatMap((spell) => {
    const [one, next] = [answers.get(spell), answers.get(spell + 1)];
    if (one === undefined || next === undefined) {
      return [];
    }
    return [isRecorded(spell * SPELL_MS) ? one / next : next / one];
  });
}
