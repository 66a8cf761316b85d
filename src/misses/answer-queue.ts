import { pokeMessage } from '../kernel/poke.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { NLM_F_REQUEST } from '../netlink/constants.ts';
import {
  askForAcknowledgement,
  type MessageMemory,
  messageMemory,
  type Request,
  writeMessage,
} from '../netlink/message.ts';
import { fill, type Template } from '../netlink/template.ts';
import {
  absentTemplate,
  doubtTemplate,
  forwardingTemplate,
  gatewayTemplate,
  ROUTE_SEQUENCE,
  resolvedTemplate,
  unforwardTemplate,
} from './answer.ts';
import type { RemoteHost } from './remote-host.ts';
import type { Vtep, VtepTable } from './vtep.ts';

/**
 * As many answers as go into one write; the kernel handles them all before the write returns. In a flood the work around a
 * write counts: with 64 in each 5 % fewer are answered, with 160 it is in between.
 */
const MOST_ANSWERS = 320;

/** As many other messages: about 0.3 ms, which a miss that comes meanwhile has to wait. They wait for as many answers. */
const MOST_CHANGES = 64;

/** The largest of them is the removal of a route. */
const ANSWER_BYTES = 64;

/**
 * Answers that wait to be written together, in one buffer that is used again and again. Adding and taking allocate
 * nothing, routes aside.
 */
export class AnswerQueue {
  readonly #resolved: Template;
  readonly #gateway: Template;
  readonly #absent: Template;
  readonly #doubt: Template;
  readonly #forwarding: Template;
  readonly #unforward: Template;
  readonly #vteps: VtepTable | undefined;
  readonly #mark = pokeMessage(0);
  readonly #memory: MessageMemory;
  /** A view of the buffer's first n bytes for each n that was written yet: making one each time would allocate. */
  readonly #views = new Map<number, Buffer>();
  /** The one that was written last: most are as long as those before. */
  #view: Buffer;
  #viewLength = 0;
  #length = 0;
  #lastAt = 0;
  /** The last message has a sequence number of its own. */
  #isNumbered = false;
  #count = 0;
  /** How many messages this write takes. */
  #most = MOST_ANSWERS;

  /** @param vteps where forwarding entries are installed on demand */
  constructor(ifindex: number, vteps?: VtepTable) {
    this.#resolved = resolvedTemplate(ifindex);
    this.#gateway = gatewayTemplate(ifindex);
    this.#absent = absentTemplate(ifindex);
    this.#doubt = doubtTemplate(ifindex);
    this.#forwarding = forwardingTemplate(ifindex);
    this.#unforward = unforwardTemplate(ifindex);
    this.#vteps = vteps;
    this.#memory = messageMemory(MOST_ANSWERS * ANSWER_BYTES + this.#mark.length);
    this.#view = this.#memory.bytes.subarray(0, 0);
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Whether so many more answers go into this write. */
  hasRoomFor(answers: number): boolean {
    return this.#count + answers <= this.#most;
  }

  /** Whether so many wait that changes of other entries should not wait for more. */
  get holdsUpChanges(): boolean {
    return this.#count >= MOST_CHANGES;
  }

  /** What is added from now on is changes of entries that nobody asked about. */
  beginChanges(): void {
    this.#most = Math.min(MOST_ANSWERS, this.#count + MOST_CHANGES);
  }

  /** It is answers again. */
  endChanges(): void {
    this.#most = MOST_ANSWERS;
  }

  /**
   * `This address is at that host`. The forwarding entry goes before it where it is missing, because the kernel sends
   * what waits as soon as the neighbour is there; then it takes the room of two.
   */
  addResolved(destination: Ipv4, { mac, vtep }: RemoteHost): void {
    if (vtep?.isMissing === true) {
      this.addForwarding(vtep);
    }
    this.#add(this.#resolved, destination, mac);
  }

  /** `This gateway is at that host`, whether anybody asked or not. */
  addGateway(gateway: Ipv4, { mac }: RemoteHost): void {
    this.#add(this.#gateway, gateway, mac);
  }

  /** A route to be written, of at most 64 bytes with its header. */
  addRoute(route: Request): void {
    this.#addRequest(route, ROUTE_SEQUENCE);
  }

  /** A route to be removed, of at most 64 bytes with its header. */
  addNoRoute(route: Request): void {
    this.#addRequest(route, 0);
  }

  /** `That MAC is at this endpoint`; takes it for written. */
  addForwarding(vtep: Vtep): void {
    this.#add(this.#forwarding, vtep.endpoint ?? 0, vtep.bytes);
    this.#vteps?.noteWritten(vtep);
  }

  /** `Nothing is at that MAC`; takes it for written. */
  addNoForwarding(vtep: Vtep): void {
    this.#add(this.#unforward, 0, vtep.bytes);
    this.#vteps?.noteRemoved(vtep);
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
      this.#addMark(mark);
    }
    if (this.#viewLength !== this.#length) {
      this.#view = this.#viewOf(this.#length);
      this.#viewLength = this.#length;
    }
    this.#length = 0;
    this.#count = 0;
    return this.#view;
  }

  #add(from: Template, destination: Ipv4, mac: Uint8Array | undefined): void {
    this.#lastAt = this.#length;
    this.#isNumbered = from.isNumbered;
    this.#memory.bytes.set(from.bytes, this.#length);
    fill(this.#memory.bytes, this.#length, from, destination, mac);
    this.#length += from.bytes.length;
    this.#count += 1;
  }

  /** A message whose refusal is known by its own number keeps that, and the mark is one of its own. */
  #addMark(mark: number): void {
    if (this.#isNumbered) {
      this.#memory.bytes.set(this.#mark, this.#length);
      this.#lastAt = this.#length;
      this.#length += this.#mark.length;
    }
    askForAcknowledgement(this.#memory, this.#lastAt, mark);
  }

  #addRequest(request: Request, sequence: number): void {
    this.#lastAt = this.#length;
    this.#isNumbered = sequence !== 0;
    this.#length = writeMessage(this.#memory, this.#length, request, sequence, NLM_F_REQUEST);
    this.#count += 1;
  }

  #viewOf(length: number): Buffer {
    const known = this.#views.get(length);
    if (known !== undefined) {
      return known;
    }
    const view = this.#memory.bytes.subarray(0, length);
    this.#views.set(length, view);
    return view;
  }
}
