import ffi from 'ffi-napi';
import { SystemCallFault } from './system-call-fault.ts';

/**
 * The few functions of the C library that Node has no door to. Loaded on the main thread only: with ffi-napi 4.0.3 a
 * worker thread that loads it crashes the process when it ends. Descriptors belong to the process, so a worker moves
 * bytes on what was opened here with fs.readvSync and fs.writeSync.
 */
const libc = ffi.Library(null, {
  socket: ['int', ['int', 'int', 'int']],
  bind: ['int', ['int', 'pointer', 'uint32']],
  setsockopt: ['int', ['int', 'int', 'int', 'pointer', 'uint32']],
  getsockopt: ['int', ['int', 'int', 'int', 'pointer', 'pointer']],
  getsockname: ['int', ['int', 'pointer', 'pointer']],
  close: ['int', ['int']],
  fcntl: ['int', ['int', 'int', 'int']],
  syscall: ['int', ['long', 'int', 'pointer', 'uint32', 'uint32']],
});

/** errno belongs to the thread and to the call just made, so it is read before anything else runs. */
function check(call: string, result: number): number {
  if (result >= 0) {
    return result;
  }
  throw new SystemCallFault(call, ffi.errno());
}

/**
 * socket(2).
 *
 * @throws SystemCallFault
 */
export function socket(domain: number, type: number, protocol: number): number {
  return check('socket', libc.socket(domain, type, protocol));
}

/**
 * bind(2); `address` is the whole struct sockaddr.
 *
 * @throws SystemCallFault
 */
export function bind(descriptor: number, address: Buffer): void {
  check('bind', libc.bind(descriptor, address, address.length));
}

/**
 * setsockopt(2) with the option's bytes as they are.
 *
 * @throws SystemCallFault
 */
export function setSocketOption(descriptor: number, level: number, option: number, value: Buffer): void {
  check(`setsockopt(${level}, ${option})`, libc.setsockopt(descriptor, level, option, value, value.length));
}

/**
 * getsockopt(2). `value` goes in (some options read it) and comes back filled; the result is how many bytes of it.
 *
 * @throws SystemCallFault
 */
export function getSocketOption(descriptor: number, level: number, option: number, value: Buffer): number {
  const size = Buffer.from(Uint32Array.of(value.length).buffer);
  check(`getsockopt(${level}, ${option})`, libc.getsockopt(descriptor, level, option, value, size));
  return new Uint32Array(size.buffer, size.byteOffset, 1)[0] ?? 0;
}

/**
 * getsockname(2). `address` comes back filled with the struct sockaddr.
 *
 * @throws SystemCallFault
 */
export function getSocketName(descriptor: number, address: Buffer): void {
  const size = Buffer.from(Uint32Array.of(address.length).buffer);
  check('getsockname', libc.getsockname(descriptor, address, size));
}

/**
 * close(2).
 *
 * @throws SystemCallFault
 */
export function close(descriptor: number): void {
  check('close', libc.close(descriptor));
}

/**
 * fcntl(2), for commands whose argument is a number.
 *
 * @throws SystemCallFault
 */
export function controlFile(descriptor: number, command: number, argument: number): number {
  return check('fcntl', libc.fcntl(descriptor, command, argument));
}

/**
 * syscall(2), for calls that take a number, bytes and up to two more numbers and have no function in the C library.
 *
 * @throws SystemCallFault naming `call`
 */
export function systemCall(
  { name, number }: { readonly name: string; readonly number: number },
  first: number,
  bytes: Buffer,
  third = 0,
  fourth = 0,
): void {
  check(name, libc.syscall(number, first, bytes, third, fourth));
}
