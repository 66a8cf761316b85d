import { setTimeout } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.ts';
import { Conversation } from '../../src/kernel/conversation.ts';
import { listLinks } from '../../src/kernel/links.ts';
import { closeSocket, openRouteSocket } from '../../src/kernel/sockets.ts';
import { descriptorTransport } from '../../src/kernel/transport.ts';
import { plannedLease } from '../../src/lab/planned-leases.ts';
import type { LeaseChange } from '../../src/leases/lease.ts';
import { decodeLeaseValue } from '../../src/leases/lease-value.ts';
import { parseSubnetKey } from '../../src/leases/subnet-key.ts';
import { ForwardingTable } from '../../src/overlay/forwarding-table.ts';
import { BenchFault } from './bench-fault.ts';

/** V8 is still compiling what decoded the leases, which is no part of this. */
const SETTLE_MS = 250;

/** Started as a program of its own: `forwarding-program.js DEVICE COUNT` does what the daemon does with its first list. */
async function main(device: string, count: number): Promise<void> {
  const descriptor = openRouteSocket();
  const conversation = new Conversation(descriptorTransport(descriptor));
  const link = listLinks(conversation).find(({ name }) => name === device);
  if (link === undefined) {
    throw new BenchFault('device', device, 'one that is there');
  }
  const changes = Array.from({ length: count }, (_, number) => ({ after: decodedLease(number) }));
  const table = new ForwardingTable(conversation, link.ifindex, silentLog);
  await setTimeout(SETTLE_MS);
  const begin = process.hrtime.bigint();
  table.compare(changes);
  const nanoseconds = Number(process.hrtime.bigint() - begin);
  if (table.counters.written !== count) {
    throw new BenchFault('forwarding entries', `${table.counters.written} written`, `${count}`);
  }
  closeSocket(descriptor);
  process.stdout.write(`${JSON.stringify({ nanoseconds })}\n`);
}

function decodedLease(number: number): NonNullable<LeaseChange['after']> {
  const { name, value } = plannedLease(number);
  const decoded = decodeLeaseValue(value);
  if (decoded.kind !== 'vxlan') {
    throw new BenchFault('lease', value, 'one of vxlan');
  }
  const { publicIp, mac } = decoded;
  return { key: name, subnet: parseSubnetKey(name), publicIp, mac, modRevision: BigInt(number) };
}

const [, , device = '', count = '0'] = process.argv;
await main(device, Number(count));
