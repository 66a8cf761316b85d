import { endianness } from 'node:os';
import ref from 'ref-napi';
import { openBoundSocket, type SocketOption } from './bound-socket.ts';
import { getSocketName, getSocketOption, setSocketOption } from './libc.ts';
import { SystemCallFault } from './system-call-fault.ts';

const LITTLE = endianness() === 'LE';

/** One instruction of classic BPF: struct sock_filter (include/uapi/linux/filter.h). */
export interface FilterInstruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly value: number;
}

/**
 * Opens a netlink socket, sets its options and binds it to a port id of the kernel's choice. Binding leaves groups that
 * were joined before, so they are joined afterwards.
 *
 * @throws SystemCallFault; nothing stays open then
 */
export function openNetlinkSocket(
  domain: number,
  type: number,
  protocol: number,
  options: readonly SocketOption[],
): number {
  return openBoundSocket(domain, type, protocol, options, netlinkAddress(domain));
}

/** struct sockaddr_nl: family, padding, port id 0 (the kernel chooses), no groups (joined by option instead). */
function netlinkAddress(domain: number): Buffer {
  const address = Buffer.alloc(12);
  new Uint16Array(address.buffer, address.byteOffset, 1)[0] = domain;
  return address;
}

/**
 * The port id that the kernel gave to a netlink socket: nl_pid of struct sockaddr_nl.
 *
 * @throws SystemCallFault
 */
export function portOf(descriptor: number): number {
  const address = netlinkAddress(0);
  getSocketName(descriptor, address);
  return new DataView(address.buffer, address.byteOffset).getUint32(4, LITTLE);
}

/**
 * SO_ATTACH_FILTER: the kernel runs the program before it charges a message to the socket. Replaces an earlier one.
 *
 * @throws SystemCallFault
 */
export function attachFilter(
  descriptor: number,
  level: number,
  option: number,
  program: readonly FilterInstruction[],
): void {
  const instructions = Buffer.alloc(program.length * 8);
  const view = new DataView(instructions.buffer, instructions.byteOffset, instructions.length);
  program.forEach((one, index) => {
    view.setUint16(index * 8, one.code, LITTLE);
    view.setUint8(index * 8 + 2, one.jumpTrue);
    view.setUint8(index * 8 + 3, one.jumpFalse);
    view.setUint32(index * 8 + 4, one.value, LITTLE);
  });
  setSocketOption(descriptor, level, option, filterProgram(instructions, program.length));
}

/** struct sock_fprog: the number of instructions, padding to a pointer's alignment, and where they are. */
function filterProgram(instructions: Buffer, count: number): Buffer {
  const program = Buffer.alloc(16);
  new Uint16Array(program.buffer, program.byteOffset, 1)[0] = count;
  ref.writePointer(program, 8, instructions);
  return program;
}

/**
 * Asks for a receive buffer and tells what was granted, in the kernel's accounting (twice the number asked for).
 *
 * `forced` passes rmem_max but needs CAP_NET_ADMIN in the initial user namespace; without it the plain option serves.
 *
 * @throws SystemCallFault when even the plain option is refused
 */
export function growReceiveBuffer(
  descriptor: number,
  level: number,
  options: { readonly forced: number; readonly plain: number },
  bytes: number,
): number {
  const wanted = Buffer.from(Int32Array.of(bytes).buffer);
  try {
    setSocketOption(descriptor, level, options.forced, wanted);
  } catch (error) {
    if (!(error instanceof SystemCallFault) || error.code !== 'EPERM') {
      throw error;
    }
    setSocketOption(descriptor, level, options.plain, wanted);
  }
  const granted = Buffer.alloc(4);
  getSocketOption(descriptor, level, options.plain, granted);
  return new Int32Array(granted.buffer, granted.byteOffset, 1)[0] ?? 0;
}
