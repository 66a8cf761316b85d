import { RTM_GETLINK, RTM_NEWLINK } from '../netlink/constants.ts';

/** What the kernel was asked to change over route netlink. */
export interface Requests {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * The command that a program is put behind, so that strace writes to the file what it sends over netlink sockets. Which
 * of its files are sockets of route netlink stands beside each (-yy).
 */
export function tracedTo(file: string): string[] {
  const calls = 'trace=write,writev,sendto,sendmsg,sendmmsg';
  return ['strace', '-f', '-qq', '-yy', '-v', '-xx', '-s', '1000000', '-e', calls, '-o', file];
}

/**
 * Counts the netlink messages in lines that `tracedTo` made strace write. Those that only ask what is there (RTM_GET...) are
 * left out: how often an agent looks after itself depends on how fast it is.
 */
export function countRequests(trace: string): Requests {
  let [messages, bytes] = [0, 0];
  for (const line of trace.split('\n')) {
    if (/^\d+ +(write|writev|sendto|sendmsg|sendmmsg)\(\d+<NETLINK:\[ROUTE/.test(line)) {
      for (const length of lengthsIn(line)) {
        messages += 1;
        bytes += length;
      }
    }
  }
  return { messages, bytes };
}

/** strace reads what is sent by calls of sockets, and shows the bytes of what is written by write(2). */
function lengthsIn(line: string): number[] {
  const read = [...line.matchAll(/\{nlmsg_len=(\d+), nlmsg_type=(\w+)/g)];
  if (read.length > 0) {
    return read.filter(([, , type = '']) => CHANGE.test(type)).map(([, length]) => Number(length));
  }
  const hexadecimal = /"((?:\\x[0-9a-f]{2})*)"/.exec(line)?.[1] ?? '';
  return lengthsOf(Buffer.from(hexadecimal.replaceAll('\\x', ''), 'hex'));
}

/** Walks over messages that lie one behind the other, each on a multiple of four bytes (netlink(7)). */
function lengthsOf(bytes: Buffer): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lengths: number[] = [];
  for (let at = 0; at + 16 <= bytes.length; ) {
    const length = view.getUint32(at, LITTLE);
    if (length < 16) {
      break;
    }
    if (isChange(view.getUint16(at + 4, LITTLE))) {
      lengths.push(length);
    }
    at += (length + 3) & ~3;
  }
  return lengths;
}

const CHANGE = /^RTM_(NEW|DEL|SET)/;

/** The types of an object come in fours: new, delete, get, set (include/uapi/linux/rtnetlink.h). */
function isChange(type: number): boolean {
  return type >= RTM_NEWLINK && (type - RTM_NEWLINK) % 4 !== RTM_GETLINK - RTM_NEWLINK;
}

const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
