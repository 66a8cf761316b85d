import type { Ipv4 } from '../net/ipv4.ts';
import { askForAcknowledgement, type MessageMemory, messageMemory } from '../netlink/message.ts';
import { fill, type Template } from '../netlink/template.ts';
import { absentTemplate, doubtTemplate, resolvedTemplate } from './answer.ts';

/** As many answers as go into one write; the kernel handles them all before the write returns. */
const MOST_ANSWERS = 64;

/**
 * Answers that wait to be written together, in one buffer that is used again and again. Adding and taking allocate
 * nothing.
 */
export class AnswerQueue {
  readonly #resolved: Template;
  readonly #absent: Template;
  readonly #doubt: Template;
  readonly #memory: MessageMemory;
  /** A view of the buffer's first n bytes for each n that was written yet: making one each time would allocate. */
  readonly #views = new Map<number, Buffer>();
  #length = 0;
  #lastAt = 0;
  #count = 0;

  constructor(ifindex: number) {
    this.#resolved = resolvedTemplate(ifindex);
    this.#absent = absentTemplate(ifindex);
    this.#doubt = doubtTemplate(ifindex);
    this.#memory = messageMemory(MOST_ANSWERS * this.#resolved.bytes.length);
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Whether so many more answers go into this write. */
  hasRoomFor(answers: number): boolean {
    return this.#count + answers <= MOST_ANSWERS;
  }

  /** `This address is at that MAC` (six bytes). */
  addResolved(destination: Ipv4, mac: Uint8Array): void {
    this.#add(this.#resolved, destination, mac);
  }

  /** `Nobody has this address`. */
  addAbsent(destination: Ipv4): void {
    this.#add(this.#absent, destination, undefined);
  }

  /** `Is anybody using this address?`, which is at that MAC (six bytes). */
  addDoubt(destination: Ipv4, mac: Uint8Array): void {
    this.#add(this.#doubt, destination, mac);
  }

  /**
   * Takes what waits, ready to be written; the bytes are valid until the next answer is added. With a `mark` (a
   * sequence number, not 0) the last answer asks for an acknowledgement that carries it.
   */
  take(mark: number): Buffer {
    if (mark !== 0) {
      askForAcknowledgement(this.#memory, this.#lastAt, mark);
    }
    const bytes = this.#view(this.#length);
    this.#length = 0;
    this.#count = 0;
    return bytes;
  }

  #add(from: Template, destination: Ipv4, mac: Uint8Array | undefined): void {
    this.#lastAt = this.#length;
    this.#memory.bytes.set(from.bytes, this.#length);
    fill(this.#memory.bytes, this.#length, from, destination, mac);
    this.#length += from.bytes.length;
    this.#count += 1;
  }

  #view(length: number): Buffer {
    const known = this.#views.get(length);
    if (known !== undefined) {
      return known;
    }
    const view = this.#memory.bytes.subarray(0, length);
    this.#views.set(length, view);
    return view;
  }
}
