import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setSocketOption } from '../../native-bindings/libc.ts';
import { openNetlinkSocket } from '../../native-bindings/netlink-socket.ts';
import { openNetfilterSocket, openRouteSocket } from '../../src/kernel/sockets.ts';
import {
  AF_NETLINK,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  RTM_GETNEIGH,
  RTNLGRP_NEIGH,
  SO_RCVTIMEO,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/netlink/constants.ts';
import { align, encodeMessage, type Request } from '../../src/netlink/message.ts';
import { enterNamespace } from '../support/netns.ts';
import { NOTIFICATIONS, REFUSALS, REQUESTS, SETUP } from './netlink-capture-plan.ts';
import { REPORTS } from './netlink-capture-reports.ts';
import { type Sample, sampleFolder } from './netlink-samples.ts';

// Takes the samples of test/golden/netlink anew, in a network namespace of its own: needs root, iproute2, nft and strace.
//   npm run build && node dist/test/golden/netlink-capture.js

const skip = enterNamespace(import.meta.url);
if (skip !== false) {
  process.stderr.write(`${skip}\n`);
  process.exit(1);
}

const buffer = Buffer.alloc(65536);

function number(value: number): Buffer {
  return Buffer.from(Int32Array.of(value).buffer);
}

function shell(command: string): string {
  return execFileSync('sh', ['-c', command], { encoding: 'utf8' });
}

function save(name: string, command: string, capture: string, message: Buffer, source = release()): void {
  const sample: Sample = { command, capture, source, hex: message.toString('hex') };
  mkdirSync(sampleFolder(), { recursive: true });
  writeFileSync(join(sampleFolder(), `${name}.json`), `${JSON.stringify(sample, undefined, 2)}\n`);
}

/** The messages of the next datagram, whole. */
function receive(descriptor: number): Buffer[] {
  const length = readSync(descriptor, buffer);
  const found: Buffer[] = [];
  for (let at = 0; at < length; at += align(buffer.readUInt32LE(at))) {
    found.push(Buffer.from(buffer.subarray(at, at + buffer.readUInt32LE(at))));
  }
  return found;
}

function typeOf(message: Buffer): number {
  return message.readUInt16LE(4);
}

function receiveUntil(descriptor: number, ends: (message: Buffer) => boolean): Buffer[] {
  const found: Buffer[] = [];
  while (!found.some(ends)) {
    found.push(...receive(descriptor));
  }
  return found;
}

function dump(descriptor: number, request: Request): Buffer[] {
  writeSync(descriptor, encodeMessage(request, 1, NLM_F_REQUEST | NLM_F_DUMP));
  return receiveUntil(descriptor, (message) => [NLMSG_DONE, NLMSG_ERROR].includes(typeOf(message)));
}

function captureReports(): void {
  const sockets = { route: openRouteSocket(), netfilter: openNetfilterSocket() };
  for (const { name, command, socket, dumped, request, matches } of REPORTS) {
    shell(command);
    const message = dump(sockets[socket], request).find((one) => matches(typeOf(one), one.subarray(16)));
    if (message === undefined) {
      throw new RangeError(`${name}: the dump holds no such message`);
    }
    save(name, command, dumped, message);
  }
}

function captureRefusals(): void {
  for (const { name, command, capture, capped, request } of REFUSALS) {
    const descriptor = capped
      ? openRouteSocket()
      : openNetlinkSocket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE, [
          { level: SOL_NETLINK, option: NETLINK_EXT_ACK, value: number(1) },
        ]);
    writeSync(descriptor, encodeMessage(request, 7, NLM_F_REQUEST | NLM_F_ACK));
    const message = receiveUntil(descriptor, (one) => typeOf(one) === NLMSG_ERROR).at(-1);
    save(name, command, capture, message ?? Buffer.alloc(0));
  }
}

function captureNotifications(): void {
  const descriptor = openNetlinkSocket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE, [
    { level: SOL_SOCKET, option: SO_RCVTIMEO, value: Buffer.from(BigInt64Array.of(5n, 0n).buffer) },
  ]);
  // After bind, which leaves the groups that its address does not name.
  setSocketOption(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, number(RTNLGRP_NEIGH));
  for (const { name, command, state } of NOTIFICATIONS) {
    shell(command);
    const wanted = (one: Buffer) => typeOf(one) === RTM_GETNEIGH && one.readUInt16LE(24) === state;
    const message = receiveUntil(descriptor, wanted).find(wanted);
    save(
      name,
      command,
      'the next RTM_GETNEIGH in that state on group RTNLGRP_NEIGH',
      message ?? Buffer.alloc(0),
    );
  }
}

/** What iproute2 sends, from strace's dump of all written bytes; its last message of the type, since a first and empty
 * RTM_NEWLINK only asks whether the kernel knows the type. */
function captureRequests(): void {
  const folder = mkdtempSync(join(tmpdir(), 'l3missd-capture-'));
  const trace = join(folder, 'trace');
  try {
    for (const { name, command, type } of REQUESTS) {
      const strace = ['-f', '-e', 'trace=sendmsg,sendto', '-e', 'write=all', '-o', trace];
      const { status, stderr } = spawnSync('strace', [...strace, ...command.split(' ')], {
        encoding: 'utf8',
      });
      const message = messagesOf(readFileSync(trace, 'utf8')).findLast((one) => typeOf(one) === type);
      if (status !== 0 || message === undefined) {
        throw new RangeError(`${command}: ${stderr}`);
      }
      save(name, command, 'strace -f -e trace=sendmsg,sendto -e write=all', message, shell('ip -V').trim());
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Lines such as ` | 00010  28 00 00 00 12 00 01 03  00 db 00 6b 00 00 00 00  (..........k.... |`. */
function messagesOf(trace: string): Buffer[] {
  const found: Buffer[] = [];
  for (const [, offset, hex = ''] of trace.matchAll(/^ \| ([0-9a-f]{5}) {2}([0-9a-f ]{48})/gm)) {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    found.push(offset === '00000' ? bytes : Buffer.concat([found.pop() ?? Buffer.alloc(0), bytes]));
  }
  return found.map((bytes) => bytes.subarray(0, bytes.readUInt32LE(0)));
}

SETUP.forEach(shell);
captureRequests();
captureReports();
captureRefusals();
captureNotifications();
