import { acceptRefusal } from '../../kernel/kernel-fault.ts';
import { askForNeighbour, findNeighbour, type Neighbour, removeNeighbour } from '../../kernel/neighbours.ts';
import type { Lease } from '../../leases/lease.ts';
import { formatIpv4, type Ipv4 } from '../../net/ipv4.ts';
import { sizeOf } from '../../net/prefix.ts';
import { NUD_PERMANENT } from '../../netlink/constants.ts';
import type { Device } from '../../overlay/device.ts';
import { OWN_PROTOCOL } from '../../overlay/ownership.ts';
import { DiagnosisFault } from '../diagnosis-fault.ts';
import type { Check, Ground } from '../ground.ts';
import { formatNeighbourState } from '../neighbour-state.ts';
import { bad, command, good, MEND_ETCD, NO_PEERS, NO_TUNNEL, type Outcome, unknown } from '../outcome.ts';
import { leaseOf } from '../standing.ts';

/** How long the agent has for its answer. The kernel asks three times, a second apart. */
const PATIENCE_MS = 1000;

/** How often is looked for it, in milliseconds. */
const LOOK_EVERY_MS = 1;

/** So many addresses at the end of a subnet are looked at for one without an entry. */
const TRIED = 32;

/** Has the kernel ask the agent for an address of another host, as a packet would, and waits for the entry. */
export const syntheticMiss: Check = {
  name: 'synthetic miss',
  look: (ground) => {
    const { mode, tunnel, leases, listed } = ground.standing;
    if (tunnel === undefined) {
      return NO_TUNNEL;
    }
    if (mode.name === 'eager') {
      return good('nothing is asked in eager mode: every subnet has its entries');
    }
    if (leases.length === 0) {
      return listed ? NO_PEERS : unknown('the leases are not listed yet: questions wait', MEND_ETCD);
    }
    return miss(ground, tunnel.device);
  },
};

async function miss(ground: Ground, device: Device): Promise<Outcome> {
  const { kernel, clock } = ground;
  const { lease, address } = findUnused(ground, device);
  kernel.request('ask for a neighbour', askForNeighbour(device.ifindex, address));
  const begin = clock.monotonic();
  const signal = new AbortController().signal;
  for (let passed = 0; passed < PATIENCE_MS; passed = clock.monotonic() - begin) {
    const found = findNeighbour(kernel, device.ifindex, address);
    if (found !== undefined && isAnswer(found)) {
      return judge(found, lease, clock.monotonic() - begin);
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
  return unanswered(ground, device, address);
}

function isAnswer({ state, protocol }: Neighbour): boolean {
  return (state & NUD_PERMANENT) !== 0 && protocol === OWN_PROTOCOL;
}

function judge({ destination, mac }: Neighbour, lease: Lease, duration: number): Outcome {
  const address = formatIpv4(destination);
  return mac === lease.mac
    ? good(`the kernel asked for ${address}, and the agent answered within ${duration.toFixed(1)} ms`)
    : bad(
        `the agent answered for ${address} with the MAC ${mac ?? 'of nobody'} instead of ${lease.mac}`,
        command('systemctl restart l3missd'),
      );
}

/** The entry that nobody answered for goes with the finding. */
function unanswered({ kernel }: Ground, { ifindex }: Device, address: Ipv4): Outcome {
  const left = findNeighbour(kernel, ifindex, address);
  try {
    kernel.request('remove a neighbour', removeNeighbour(ifindex, address));
  } catch (error) {
    acceptRefusal(error, 'ENOENT');
  }
  const state = left === undefined ? 'there is no entry' : formatNeighbourState(left.state);
  return bad(
    `the kernel asked for ${formatIpv4(address)}, and the agent did not answer within ${PATIENCE_MS} ms (${state})`,
    command('systemctl restart l3missd', 'unless what is said of the neighbour parameters explains it'),
  );
}

interface Unused {
  readonly lease: Lease;
  readonly address: Ipv4;
}

/** From the end of a subnet, where there are no containers as a rule; no packet is sent to it. */
function findUnused({ kernel, standing }: Ground, { ifindex }: Device): Unused {
  for (const lease of standing.leases) {
    const { address: first } = lease.subnet;
    const last = first + sizeOf(lease.subnet) - 1;
    for (let address = last; address > Math.max(first, last - TRIED); address--) {
      const isOfAnother = leaseOf(standing, address) !== lease;
      if (!isOfAnother && findNeighbour(kernel, ifindex, address) === undefined) {
        return { lease, address };
      }
    }
  }
  throw new DiagnosisFault(
    'synthetic miss',
    'no address without an entry',
    'a subnet with an unused address',
  );
}
