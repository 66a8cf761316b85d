import { monotonicOrigin } from '../../src/base/clock.ts';
import { Recording } from '../../src/misses/recording/recording.ts';
import type { RecordingMemory } from '../../src/misses/recording/recording-memory.ts';
import type { RemoteHost } from '../../src/misses/remote-host.ts';
import type { Ipv4 } from '../../src/net/ipv4.ts';
import { isRecorded } from './spells.ts';

/**
 * Stands in for a recording where its cost is measured: it records for a spell and forgets for the next. Both are told in
 * the same process, by the same compiled code, a few milliseconds apart.
 */
export class PeriodicRecording implements Pick<Recording, keyof Recording> {
  readonly outcomes: Recording['outcomes'];
  readonly #recording: Recording;
  readonly #monotonic: () => number;
  #isOn = true;
  /** Nothing waits for its write: the one moment at which records may begin or end. */
  #isSettled = true;

  /** @param monotonic milliseconds of CLOCK_MONOTONIC, which other programs see too */
  constructor(
    memory: RecordingMemory,
    now: () => number,
    onAwake?: () => void,
    monotonic: () => number = monotonicClock(),
  ) {
    this.#recording = new Recording(memory, now, onAwake);
    this.outcomes = this.#recording.outcomes;
    this.#monotonic = monotonic;
  }

  get found(): number {
    return this.#recording.found;
  }

  noteRead(): void {
    if (this.#isSettled) {
      this.#isSettled = false;
      this.#isOn = isRecorded(this.#monotonic());
    }
    if (this.#isOn) {
      this.#recording.noteRead();
    }
  }

  noteAnswer(destination: Ipv4, phase: number, outcome: number, host: RemoteHost | undefined): void {
    this.#isSettled = false;
    if (this.#isOn) {
      this.#recording.noteAnswer(destination, phase, outcome, host);
    }
  }

  noteWriting(): void {
    if (this.#isOn) {
      this.#recording.noteWriting();
    }
  }

  noteWritten(): void {
    if (this.#isOn) {
      this.#recording.noteWritten();
    }
    this.#isSettled = true;
  }

  noteReturned(): void {
    if (this.#isOn) {
      this.#recording.noteReturned();
    }
  }

  noteAnswered(): void {
    if (this.#isOn) {
      this.#recording.noteAnswered();
    }
    this.#isSettled = true;
  }

  noteFailed(errno: number): void {
    if (this.#isOn) {
      this.#recording.noteFailed(errno);
    }
    this.#isSettled = true;
  }

  noteRefused(destination: Ipv4, errno: number): void {
    if (this.#isOn) {
      this.#recording.noteRefused(destination, errno);
    }
  }

  noteUnanswered(): void {
    if (this.#isOn) {
      this.#recording.noteUnanswered();
    }
  }

  noteHeld(destination: Ipv4, phase: number): void {
    if (this.#isOn) {
      this.#recording.noteHeld(destination, phase);
    }
  }

  noteRecovered(...told: Parameters<Recording['noteRecovered']>): void {
    if (this.#isOn) {
      this.#recording.noteRecovered(...told);
    }
  }

  noteFrame(mac: Uint8Array, endpoint: Ipv4 | undefined): void {
    if (this.#isOn) {
      this.#recording.noteFrame(mac, endpoint);
    }
  }

  noteFrameRefused(mac: Uint8Array, errno: number): void {
    if (this.#isOn) {
      this.#recording.noteFrameRefused(mac, errno);
    }
  }
}

function monotonicClock(): () => number {
  const origin = monotonicOrigin();
  return () => performance.now() + origin;
}
