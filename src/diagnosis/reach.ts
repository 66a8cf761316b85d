import { randomInt } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { findForwarding } from '../kernel/forwarding.ts';
import { askForNeighbour } from '../kernel/neighbours.ts';
import { findPathMtu } from '../kernel/route-lookup.ts';
import type { Lease } from '../leases/lease.ts';
import { VXLAN_OVERHEAD } from '../overlay/device.ts';
import type { DoctorParts } from './doctor-parts.ts';
import { Echoes } from './echoes.ts';
import type { Standing } from './standing.ts';
import { knockAt } from './udp-knock.ts';

/** How another host is reached. */
export interface Reach {
  readonly lease: Lease;
  /** By which errno the network refused a datagram to its tunnel's port; undefined: it did not. */
  readonly refusal: string | undefined;
  /** The largest packet, in bytes, that was echoed through the tunnel; 0: none was. */
  readonly largest: number;
  /** What a router on the way has said of its size; undefined: nothing. */
  readonly pathMtu: number | undefined;
}

/** So many hosts are tried. */
const PEERS_AT_MOST = 8;

/**
 * How long a refusal has before there are pings: a host sends six ICMP errors at once and then one a second
 * (icmp_ratelimit), and each ping to a port on which nobody listens would cost it one. In milliseconds.
 */
const REFUSALS_FIRST_MS = 100;

/** How long echoes are waited for, and after which times the pings are repeated, in milliseconds. */
const PATIENCE_MS = 1000;
const REPEATED_AT_MS = [100, 400];
const LOOK_EVERY_MS = 10;

/**
 * Tries the way to some other hosts: a datagram to the UDP port of their tunnels, which says whether anybody listens there,
 * and pings of several sizes through the tunnel to their ends of it. Takes 1.1 s; less when all answer.
 *
 * @throws KernelFault
 */
export async function reachPeers(
  { kernel, clock, openEcho }: Pick<DoctorParts, 'kernel' | 'clock' | 'openEcho'>,
  standing: Standing,
): Promise<Reach[]> {
  const { tunnel, subnet } = standing;
  const leases = peersOf(standing);
  if (tunnel === undefined || subnet === undefined || leases.length === 0) {
    return [];
  }
  const { device, plan } = tunnel;
  prepareForwarding(kernel, device.ifindex, leases);
  const socket = openEcho({ ifindex: device.ifindex, receiveBytes: RECEIVE_BYTES, waitMilliseconds: 1 });
  const knocks = leases.map(({ publicIp }) => knockAt(publicIp, plan.port, plan.mtu + VXLAN_OVERHEAD));
  try {
    const from = { source: subnet.address, sourceMac: device.mac, identifier: randomInt(0x10000) };
    const echoes = new Echoes(socket, leases, from, plan.mtu);
    await clock.sleep(REFUSALS_FIRST_MS, new AbortController().signal);
    await exchange(echoes, clock);
    return leases.map((lease, index) => ({
      lease,
      refusal: knocks[index]?.refusal,
      largest: echoes.largest(index),
      pathMtu: findPathMtu(kernel, lease.publicIp),
    }));
  } finally {
    socket.close();
    for (const knock of knocks) {
      knock.close();
    }
  }
}

/** Room for all replies, which are a few dozen of up to 9 KiB, beside those to others. */
const RECEIVE_BYTES = 1024 * 1024;

/** Evenly from all leases, without those of hosts that are reached without the tunnel. */
export function peersOf({ leases, isDirect }: Pick<Standing, 'leases' | 'isDirect'>): Lease[] {
  const tunnelled = leases.filter(({ publicIp }) => !isDirect(publicIp));
  const step = Math.max(1, tunnelled.length / PEERS_AT_MOST);
  return tunnelled.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

/** Where forwarding entries come on demand, a miss brings those that are not there. */
function prepareForwarding(kernel: Conversation, ifindex: number, leases: readonly Lease[]): void {
  const missing = leases.filter(({ mac }) => findForwarding(kernel, ifindex, mac) === undefined);
  // Refused where there is a neighbour already: then its forwarding entry is missing, and no echo will come.
  kernel.batch(
    'ask for other ends of the tunnel',
    missing.map(({ subnet }) => askForNeighbour(ifindex, subnet.address)),
  );
}

async function exchange(echoes: Echoes, clock: Clock): Promise<void> {
  const begin = clock.monotonic();
  const repeats = [...REPEATED_AT_MS];
  const signal = new AbortController().signal;
  echoes.ask();
  for (let passed = 0; passed < PATIENCE_MS; passed = clock.monotonic() - begin) {
    echoes.hear();
    if (echoes.areComplete) {
      return;
    }
    if (passed >= (repeats[0] ?? PATIENCE_MS)) {
      repeats.shift();
      echoes.ask();
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
