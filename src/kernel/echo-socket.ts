import { readSync, writeSync } from 'node:fs';
import { close } from '../../native-bindings/libc.ts';
import { attachFilter, growReceiveBuffer } from '../../native-bindings/netlink-socket.ts';
import { openPacketSocket, setFileFlag } from '../../native-bindings/packet-socket.ts';
import { codeOf } from '../base/errno.ts';
import {
  AF_PACKET,
  ETH_P_IP,
  F_GETFL,
  F_SETFL,
  IPPROTO_ICMP,
  O_NONBLOCK,
  SO_ATTACH_FILTER,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_SOCKET,
} from '../netlink/constants.ts';
import { assemble, DROP, equals8, load8, PASS } from './filter-program.ts';
import { asKernelFault, BUFFER_OPTIONS, timeout } from './socket-options.ts';

/** Offsets into an Ethernet frame with an IPv4 packet without options. */
const PROTOCOL_AT = 23;
const ICMP_TYPE_AT = 34;
const ECHO_REPLY = 0;

const NON_BLOCKING = { get: F_GETFL, set: F_SETFL, flag: O_NONBLOCK };

export interface EchoSocketOptions {
  readonly ifindex: number;
  /** The receive buffer to ask for, in the kernel's accounting. */
  readonly receiveBytes: number;
  /** How long `receive` waits for a frame. */
  readonly waitMilliseconds: number;
}

/** Sends Ethernet frames through one interface and receives the ICMP echo replies that come there. */
export class EchoSocket {
  /** The receive buffer that was granted; a small frame is charged about 800 bytes. */
  readonly receiveBytes: number;
  readonly #descriptor: number;
  #blocking = true;

  private constructor(descriptor: number, receiveBytes: number) {
    this.#descriptor = descriptor;
    this.receiveBytes = receiveBytes;
  }

  /** @throws KernelFault */
  static open({ ifindex, receiveBytes, waitMilliseconds }: EchoSocketOptions): EchoSocket {
    let descriptor = -1;
    try {
      descriptor = openPacketSocket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, [timeout(waitMilliseconds)], {
        protocol: ETH_P_IP,
        ifindex,
      });
      attachFilter(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, ECHO_REPLIES);
      // The kernel doubles what is asked for (net/core/sock.c).
      const granted = growReceiveBuffer(descriptor, SOL_SOCKET, BUFFER_OPTIONS, receiveBytes / 2);
      return new EchoSocket(descriptor, granted);
    } catch (error) {
      if (descriptor !== -1) {
        close(descriptor);
      }
      throw asKernelFault('packet socket', error);
    }
  }

  /** Gives false when the kernel had no room for the frame. */
  send(frame: Uint8Array): boolean {
    try {
      writeSync(this.#descriptor, frame, 0, frame.length, null);
      return true;
    } catch (error) {
      if (isOneOf(error, 'ENOBUFS', 'EAGAIN')) {
        return false;
      }
      throw error;
    }
  }

  /** Waits for the next frame and gives its length; 0 when none came in time. */
  receive(buffer: Uint8Array): number {
    return this.#read(buffer, true);
  }

  /** Takes a frame that is there already and gives its length; 0 when there is none. */
  poll(buffer: Uint8Array): number {
    return this.#read(buffer, false);
  }

  close(): void {
    close(this.#descriptor);
  }

  #read(buffer: Uint8Array, blocking: boolean): number {
    if (this.#blocking !== blocking) {
      setFileFlag(this.#descriptor, NON_BLOCKING, !blocking);
      this.#blocking = blocking;
    }
    try {
      return readSync(this.#descriptor, buffer, 0, buffer.length, null);
    } catch (error) {
      if (isOneOf(error, 'EAGAIN', 'EINTR')) {
        return 0;
      }
      throw error;
    }
  }
}

const ECHO_REPLIES = assemble([
  load8(PROTOCOL_AT),
  equals8(IPPROTO_ICMP, undefined, DROP),
  load8(ICMP_TYPE_AT),
  equals8(ECHO_REPLY, PASS, DROP),
]);

function isOneOf(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(error) ?? '');
}
