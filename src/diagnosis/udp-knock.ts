import { createSocket } from 'node:dgram';
import { codeOf } from '../base/errno.ts';
import { formatIpv4, type Ipv4 } from '../net/ipv4.ts';

/** A datagram that was sent, and what the network said of it. */
export interface Knock {
  /** The errno's name: ECONNREFUSED when nobody listens there; undefined as long as nothing was said. */
  readonly refusal: string | undefined;
  close(): void;
}

/**
 * Sends a datagram of zeroes. A vxlan device drops it, because it names no VNI (RFC 7348, section 5). Linux forbids routers
 * to fragment it (ip(7), IP_MTU_DISCOVER), so that the kernel learns what the way carries.
 *
 * @param bytes of the whole IP packet: 28 at least
 */
export function knockAt(address: Ipv4, port: number, bytes: number): Knock {
  const payload = Buffer.alloc(bytes - IP_AND_UDP);
  const socket = createSocket('udp4');
  let refusal: string | undefined;
  const note = (error: Error | null) => {
    refusal ??= error === null ? undefined : codeOf(error);
  };
  socket.on('error', note);
  socket.on('connect', () => socket.send(payload, note));
  socket.connect(port, formatIpv4(address));
  return {
    get refusal() {
      return refusal;
    },
    close: () => {
      socket.close();
    },
  };
}

/** Headers of 20 and 8 bytes. */
const IP_AND_UDP = 28;
