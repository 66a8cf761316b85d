import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackgroundProcess } from '../../src/lab/background-process.ts';
import type { Host } from '../../src/lab/host.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { formatIpv4 } from '../../src/net/ipv4.ts';
import type { Mac } from '../../src/net/mac.ts';
import {
  AF_BRIDGE,
  AF_INET,
  NUD_FAILED,
  RT_TABLE_MAIN,
  RTM_DELNEIGH,
  RTM_DELROUTE,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
} from '../../src/netlink/constants.ts';
import { type Frame, splitDatagram } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { routeMessage } from '../../src/netlink/route/message.ts';
import { u32 } from '../../src/netlink/values.ts';

/** rtmon puts a message of this type, seconds and microseconds, before each that it writes (iproute2, rtnetlink.h). */
const NLMSG_TSTAMP = 15;

/** What the kernel told of a neighbour or, where `isForwarding`, of a forwarding entry, whose address is its endpoint. */
export interface TableEvent {
  /** When it was read, a little later than it happened: wall clock, milliseconds. */
  readonly at: number;
  readonly isForwarding: boolean;
  readonly isRemoval: boolean;
  readonly address: string;
  readonly mac: Mac | undefined;
}

/**
 * Writes down what happens to the neighbours and forwarding entries of a host, by rtmon: a program that prints what it
 * reads takes longer for it than the kernel for an entry.
 */
export class TableMonitor {
  readonly #process: BackgroundProcess;
  readonly #file: string;

  private constructor(process: BackgroundProcess, file: string) {
    this.#process = process;
    this.#file = file;
  }

  /** Resolves when it listens. Until then an entry of the underlay comes and goes, of which it is to hear. */
  static async start({ namespace, folder }: Host): Promise<TableMonitor> {
    const own = mkdtempSync(join(folder, 'monitor-'));
    const file = join(own, 'messages');
    const process = await BackgroundProcess.start({
      namespace,
      command: ['rtmon', 'file', file, 'all'],
      logFile: join(own, 'output'),
      outlive: false,
    });
    const monitor = new TableMonitor(process, file);
    await waitUntil('the monitor', async () => {
      process.assertRunning('rtmon');
      await namespace.configure(
        'neighbour replace 192.0.2.1 lladdr 02:00:00:00:00:99 dev eth0 nud stale',
        'neighbour delete 192.0.2.1 dev eth0',
      );
      return existsSync(file) && monitor.events().some(({ address }) => address === '192.0.2.1');
    });
    return monitor;
  }

  /** Since its start, oldest first. */
  events(): TableEvent[] {
    const events: TableEvent[] = [];
    let at = Number.NaN;
    for (const frame of this.#frames()) {
      if (frame.type === NLMSG_TSTAMP) {
        at = u32.read(frame.payload, 0, 4) * 1000 + u32.read(frame.payload, 4, 4) / 1000;
      } else if (frame.type === RTM_NEWNEIGH || frame.type === RTM_DELNEIGH) {
        events.push(toEvent(frame, at));
      }
    }
    return events;
  }

  /**
   * Which neighbours, forwarding entries and routes came (`+`) or went (`-`) since its start, oldest first, such as
   * `+ neighbour 10.5.7.0`. A change of an entry that is there counts as one that came.
   */
  lines(): string[] {
    return [...this.#frames()].flatMap(toLines);
  }

  /** Ends it, so that another one may begin with nothing. */
  async stop(): Promise<void> {
    await this.#process.stop();
  }

  #frames(): Iterable<Frame> {
    this.#process.assertRunning('rtmon');
    return splitDatagram(readFileSync(this.#file));
  }
}

/** Nothing for what is in none of the three tables, and for an entry that failed: that it goes is told of apart. */
function toLines({ type, payload }: Frame): string[] {
  switch (type) {
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
      return routeLines(type === RTM_NEWROUTE ? '+' : '-', payload);
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
      return neighbourLines(type === RTM_NEWNEIGH ? '+' : '-', payload);
    default:
      return [];
  }
}

function routeLines(sign: string, payload: Buffer): string[] {
  const { header, attributes } = routeMessage.decode(payload);
  const { destination, table = header.table } = attributes;
  return table === RT_TABLE_MAIN && typeof destination === 'number'
    ? [`${sign} route ${formatIpv4(destination)}/${header.destinationLength}`]
    : [];
}

function neighbourLines(sign: string, payload: Buffer): string[] {
  const { header, attributes } = neighbourMessage.decode(payload);
  const { destination, linkLayerAddress } = attributes;
  if (header.family === AF_BRIDGE) {
    return [`${sign} forwarding ${linkLayerAddress}`];
  }
  const isTold = sign === '-' || header.state !== NUD_FAILED;
  return isTold && typeof destination === 'number' ? [`${sign} neighbour ${formatIpv4(destination)}`] : [];
}

function toEvent({ type, payload }: Frame, at: number): TableEvent {
  const { header, attributes } = neighbourMessage.decode(payload);
  const { destination, linkLayerAddress } = attributes;
  return {
    at,
    isForwarding: header.family !== AF_INET,
    isRemoval: type === RTM_DELNEIGH,
    address: typeof destination === 'number' ? formatIpv4(destination) : '',
    mac: typeof linkLayerAddress === 'string' ? linkLayerAddress : undefined,
  };
}
