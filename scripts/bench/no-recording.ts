import { OutcomeCounts } from '../../src/misses/recording/outcome-counts.ts';
import type { Recording } from '../../src/misses/recording/recording.ts';

/** Stands in for a recording where its cost is measured: everything that it is told, it forgets. */
export class NoRecording implements Pick<Recording, keyof Recording> {
  readonly outcomes = new OutcomeCounts();
  readonly found = 0;

  noteRead(): void {}
  noteAnswer(): void {}
  noteWriting(): void {}
  noteWritten(): void {}
  noteReturned(): void {}
  noteAnswered(): void {}
  noteFailed(): void {}
  noteRefused(): void {}
  noteUnanswered(): void {}
  noteHeld(): void {}
  noteRecovered(): void {}
  noteFrame(): void {}
}
