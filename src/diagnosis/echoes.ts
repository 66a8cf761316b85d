import type { EchoSocket } from '../kernel/echo-socket.ts';
import type { Lease } from '../leases/lease.ts';
import { type EchoRequest, echoRequest, readEchoReply } from './echo-request.ts';

/**
 * Sizes of packets that find out what a way carries, in bytes, beside the largest that there can be: those that are left
 * of usual links (1500, PPPoE 1492, tunnels 1480 to 1400, IPv6's least 1280) behind the tunnel's own 50 bytes.
 */
const SIZES = [1450, 1442, 1430, 1410, 1400, 1370, 1350, 1230, 100];

/** A sequence number is the place of the host times this, and that of the size. */
const PLACES = 16;

/** Pings of several sizes to each of several hosts, through the tunnel. */
export class Echoes {
  readonly #socket: Pick<EchoSocket, 'send' | 'poll'>;
  readonly #leases: readonly Lease[];
  readonly #from: Pick<EchoRequest, 'source' | 'sourceMac' | 'identifier'>;
  /** Largest first. */
  readonly #sizes: readonly number[];
  readonly #largest: number[];
  readonly #buffer: Buffer;

  /** @param mtu of the tunnel device */
  constructor(
    socket: Pick<EchoSocket, 'send' | 'poll'>,
    leases: readonly Lease[],
    from: Pick<EchoRequest, 'source' | 'sourceMac' | 'identifier'>,
    mtu: number,
  ) {
    this.#socket = socket;
    this.#leases = leases;
    this.#from = from;
    this.#sizes = [mtu, ...SIZES.filter((size) => size < mtu)];
    this.#largest = leases.map(() => 0);
    this.#buffer = Buffer.alloc(mtu + ETHERNET_BYTES);
  }

  /** The largest packet that came back from a host, in bytes; 0: none did. */
  largest(host: number): number {
    return this.#largest[host] ?? 0;
  }

  /** Whether all hosts have echoed the largest packet that there can be. */
  get areComplete(): boolean {
    return this.#largest.every((size) => size === this.#sizes[0]);
  }

  /** Sends what was not echoed yet and would tell more. */
  ask(): void {
    for (const [host, { subnet, mac }] of this.#leases.entries()) {
      for (const [place, bytes] of this.#sizes.entries()) {
        if (bytes > this.largest(host)) {
          const to = { destination: subnet.address, destinationMac: mac, sequence: host * PLACES + place };
          this.#socket.send(echoRequest({ ...this.#from, ...to, bytes }));
        }
      }
    }
  }

  /** Takes the replies that have come. */
  hear(): void {
    for (let length = this.#poll(); length > 0; length = this.#poll()) {
      const reply = readEchoReply(this.#buffer.subarray(0, length));
      const host = Math.floor((reply?.sequence ?? 0) / PLACES);
      const isOurs =
        reply?.identifier === this.#from.identifier && reply.source === this.#leases[host]?.subnet.address;
      if (isOurs) {
        const size = this.#sizes[reply.sequence % PLACES] ?? 0;
        this.#largest[host] = Math.max(this.largest(host), size);
      }
    }
  }

  #poll(): number {
    return this.#socket.poll(this.#buffer);
  }
}

const ETHERNET_BYTES = 14;
