import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeriodicRecording } from '../../scripts/bench/periodic-recording.ts';
import { JournalReader } from '../../src/misses/recording/journal-reader.ts';
import { FIRST, NO_LEASE_FOUND } from '../../src/misses/recording/outcomes.ts';
import { recordingMemory } from '../../src/misses/recording/recording-memory.ts';

/** A recording and what its journal holds, in the order of the addresses 1, 2, and so on. */
function periodic() {
  const memory = recordingMemory(100);
  let time = 0;
  const recording = new PeriodicRecording(
    memory,
    () => time,
    undefined,
    () => time,
  );
  let address = 0;
  const miss = () => {
    address += 1;
    recording.noteRead();
    recording.noteAnswer(address, FIRST, NO_LEASE_FOUND, undefined);
  };
  const write = () => {
    recording.noteWriting();
    recording.noteWritten();
  };
  const told = () => {
    const reader = new JournalReader(memory.journal);
    return Array.from({ length: reader.head }, (_, number) => {
      const record = reader.read(number);
      return [record?.destination, record?.latency];
    });
  };
  return { recording, miss, write, told, at: (milliseconds: number) => (time = milliseconds) };
}

test('records in one spell and forgets in the next', () => {
  const { at, miss, write, told } = periodic();
  for (const time of [1, 13, 25]) {
    at(time);
    miss();
    write();
  }
  assert.deepEqual(told(), [
    [1, 0],
    [3, 0],
  ]);
});

test('what was begun to be recorded is recorded to its write, and what was not stays forgotten', () => {
  const { at, miss, write, told } = periodic();
  at(11);
  miss();
  at(14);
  miss();
  write();
  miss();
  at(26);
  miss();
  write();
  miss();
  write();
  // Of what is read between two looks at the clock the latencies lie evenly between them.
  assert.deepEqual(told(), [
    [1, 3],
    [2, 1.5],
    [5, 0],
  ]);
});
