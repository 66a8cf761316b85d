import type { Ipv4 } from '../net/ipv4.ts';
import { type Mac, macToBytes } from '../net/mac.ts';
import type { Counters } from './counters.ts';

/** The kernel's entry leads to something else than an IPv4 address. */
const ELSEWHERE = 'elsewhere';

/** The tunnel device of a remote host, and the forwarding entry that the kernel holds for it. */
export class Vtep {
  readonly mac: Mac;
  readonly bytes: Uint8Array;
  /** Where it is by the leases; undefined when none names it any more. */
  endpoint: Ipv4 | undefined;
  /** How many neighbours in our care lead there. */
  neighbours = 0;
  /** Until when the entry is kept although no neighbour leads there: frames of somebody else do. In milliseconds. */
  keptUntil: number | undefined;
  readonly #table: VtepTable;
  #held: Ipv4 | typeof ELSEWHERE | undefined;

  constructor(mac: Mac, table: VtepTable) {
    this.mac = mac;
    this.bytes = macToBytes(mac);
    this.#table = table;
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  get isNeeded(): boolean {
    return this.neighbours > 0 || (this.endpoint !== undefined && this.keptUntil !== undefined);
  }

  /** Whether a frame to it would not arrive, although a lease says where it is. */
  get isMissing(): boolean {
    return this.endpoint !== undefined && this.#held !== this.endpoint;
  }

  gain(): void {
    this.neighbours += 1;
  }

  lose(): void {
    this.neighbours -= 1;
    if (this.neighbours === 0) {
      this.#table.noteChanged(this);
    }
  }

  /** Whether the kernel's entry is known to lead there. */
  leadsTo(endpoint: Ipv4 | undefined): boolean {
    return this.#held === (endpoint ?? ELSEWHERE);
  }

  /** The kernel was found to hold an entry that leads there; undefined: to something else than an IPv4 address. */
  noteHeld(endpoint: Ipv4 | undefined): void {
    this.#held = endpoint ?? ELSEWHERE;
  }

  noteGone(): void {
    this.#held = undefined;
  }
}

/** The VTEPs that leases name or the kernel has entries for, by MAC, and which of them need a look. */
export class VtepTable {
  readonly counters: Counters;
  readonly #byMac = new Map<Mac, Vtep>();
  readonly #changed: Vtep[] = [];
  readonly #kept = new Set<Vtep>();

  constructor(counters: Counters) {
    this.counters = counters;
  }

  get(mac: Mac): Vtep | undefined {
    return this.#byMac.get(mac);
  }

  of(mac: Mac): Vtep {
    const known = this.#byMac.get(mac);
    if (known !== undefined) {
      return known;
    }
    const vtep = new Vtep(mac, this);
    this.#byMac.set(mac, vtep);
    return vtep;
  }

  all(): Iterable<Vtep> {
    return this.#byMac.values();
  }

  /** The leases say that it is there; undefined: that nobody has it. */
  place(mac: Mac, endpoint: Ipv4 | undefined): void {
    const vtep = this.of(mac);
    vtep.endpoint = endpoint;
    this.noteChanged(vtep);
  }

  /** Frames that none of our neighbours leads to the VTEP come from somebody else: its entry is kept for a while. */
  keep(vtep: Vtep, until: number): void {
    vtep.keptUntil = until;
    this.#kept.add(vtep);
  }

  /** Those whose time is over have to show that they are used. */
  release(now: number): Vtep[] {
    const due: Vtep[] = [];
    for (const vtep of this.#kept) {
      if (vtep.keptUntil === undefined || vtep.keptUntil <= now) {
        this.#kept.delete(vtep);
        vtep.keptUntil = undefined;
        this.noteChanged(vtep);
        due.push(vtep);
      }
    }
    return due;
  }

  noteChanged(vtep: Vtep): void {
    this.#changed.push(vtep);
  }

  get hasChanged(): boolean {
    return this.#changed.length > 0;
  }

  /** The next whose entry is to be written or removed; takes it for done. */
  next(): Vtep | undefined {
    for (let vtep = this.#changed.pop(); vtep !== undefined; vtep = this.#changed.pop()) {
      if (vtep.isNeeded ? vtep.isMissing : vtep.isHeld) {
        return vtep;
      }
      this.#dropIfEmpty(vtep);
    }
    return undefined;
  }

  noteWritten(vtep: Vtep): void {
    this.counters.add('forwardingWritten');
    this.counters.add('forwarding', vtep.isHeld ? 0 : 1);
    vtep.noteHeld(vtep.endpoint);
  }

  noteRemoved(vtep: Vtep): void {
    this.counters.add('forwardingRemoved');
    this.counters.add('forwarding', -1);
    vtep.noteGone();
    this.#dropIfEmpty(vtep);
  }

  /** Another one may have taken its place since: a lease that came back. */
  #dropIfEmpty(vtep: Vtep): void {
    if (vtep.isHeld || vtep.endpoint !== undefined || vtep.neighbours > 0) {
      return;
    }
    this.#kept.delete(vtep);
    if (this.#byMac.get(vtep.mac) === vtep) {
      this.#byMac.delete(vtep.mac);
    }
  }
}
