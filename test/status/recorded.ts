import { Counters } from '../../src/misses/counters.ts';
import { ALREADY_ANSWERED, ANSWERED, FIRST, NO_LEASE_FOUND } from '../../src/misses/recording/outcomes.ts';
import { Recording } from '../../src/misses/recording/recording.ts';
import { recordingMemory } from '../../src/misses/recording/recording-memory.ts';
import { Observer } from '../../src/status/observer.ts';
import { at, hostOf } from '../misses/fixture.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** A recording as a resolver makes it, with an observer of it, in a time that passes when the test says so. */
export function recorded(kept = 10_000) {
  const clock = new ManualClock();
  const memory = recordingMemory(kept);
  const counters = new Counters();
  const woken = { times: 0 };
  const recording = new Recording(
    memory,
    () => clock.monotonic(),
    () => {
      woken.times += 1;
    },
  );
  const observer = new Observer({ recording: memory, counters, kept, clock });
  /** A miss of host 7's subnet that took so many milliseconds from read to write. */
  const answer = async (
    address: string,
    milliseconds: number,
    outcome: 'answered' | 'already' = 'answered',
  ) => {
    recording.noteRead();
    const place = outcome === 'answered' ? ANSWERED : ALREADY_ANSWERED;
    recording.noteAnswer(at(address) | 0, FIRST, place, hostOf(Number(address.split('.')[2])));
    recording.noteWriting();
    await clock.advance(milliseconds);
    recording.noteWritten();
  };
  const refuse = (address: string) => {
    recording.noteRead();
    recording.noteAnswer(at(address) | 0, FIRST, NO_LEASE_FOUND, undefined);
    recording.noteWriting();
    recording.noteWritten();
  };
  return { clock, memory, counters, recording, observer, woken, answer, refuse };
}
