import { Conversation } from '../../src/kernel/conversation.ts';
import { Counters } from '../../src/misses/counters.ts';
import { NEVER } from '../../src/misses/lifetime.ts';
import { totalsOf } from '../../src/misses/recording/outcome-totals.ts';
import { Recording } from '../../src/misses/recording/recording.ts';
import { recordingMemory } from '../../src/misses/recording/recording-memory.ts';
import { RemoteHost } from '../../src/misses/remote-host.ts';
import { Resolver } from '../../src/misses/resolver.ts';
import type { ResolverParts } from '../../src/misses/resolver-parts.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { type Mac, parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { modeOf } from '../../src/overlay/modes.ts';
import { OWN_PROTOCOL } from '../../src/overlay/ownership.ts';
import type { SubnetLease } from '../../src/overlay/programmer.ts';
import { FakeKernel } from '../support/fake-kernel.ts';
import type { FakeNeighbour } from '../support/fake-neighbour-table.ts';

export const NETWORK = parsePrefix('10.5.0.0/16');

/** The host's own subnet, of which nobody has a lease in these tests. */
export const OWN_SUBNET = parsePrefix('10.5.255.0/24');

/** Host number n: its subnet is 10.5.n.0/24 and its MAC ends with n. */
export function macOf(n: number): Mac {
  return parseMac(`02:00:00:00:00:${n.toString(16).padStart(2, '0')}`);
}

export function lease(n: number, mac: Mac | undefined = macOf(n)): SubnetLease {
  return { subnet: parsePrefix(`10.5.${n}.0/24`), mac };
}

export function noLease(n: number): SubnetLease {
  return { subnet: parsePrefix(`10.5.${n}.0/24`), mac: undefined };
}

/** Host number n, as the resolver knows it. */
export function hostOf(n: number): RemoteHost {
  return new RemoteHost(lease(n), macOf(n));
}

export function at(text: string): number {
  return parseIpv4(text);
}

/** A resolver in front of a fake kernel that has one tunnel device and beside it another interface. */
export function resolverOnFake(
  maximum = 1000,
  idleTimeout = NEVER,
  more: Partial<Pick<ResolverParts, 'mode' | 'forwardOnDemand' | 'onMended' | 'setAlarm'>> = {},
) {
  const kernel = new FakeKernel();
  const other = kernel.links.add('eth0').ifindex;
  const { ifindex } = kernel.links.add('flannel.1');
  const misses = kernel.open();
  misses.capped = false;
  const counters = new Counters();
  const conversation = new Conversation(kernel.open());
  let time = 0;
  const now = () => time;
  const memory = recordingMemory(0);
  const recording = new Recording(memory, now);
  const resolver = new Resolver({
    ifindex,
    network: NETWORK,
    ownSubnet: OWN_SUBNET,
    recording,
    mode: modeOf('lazy'),
    misses,
    conversation,
    counters,
    maximum,
    idleTimeout,
    now,
    ...more,
  });
  /** Lets milliseconds pass. */
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  /** Steps until nothing waits to be read. */
  const settle = () => {
    do {
      resolver.step();
    } while (misses.waiting > 0);
  };
  const miss = (text: string) => {
    kernel.miss(misses, ifindex, at(text));
    settle();
  };
  const put = (text: string, state: number, mac?: Mac, protocol = OWN_PROTOCOL): FakeNeighbour =>
    kernel.neighbours.add(ifindex, at(text), state, mac, protocol);
  /** A question about an entry in use. */
  const ask = (neighbour: FakeNeighbour) => {
    kernel.ask(misses, neighbour);
    settle();
  };
  const held = (text: string) => kernel.neighbours.get(ifindex, at(text));
  const { outcomes } = recording;
  /** How misses ended. */
  const totals = () => totalsOf(outcomes);
  return {
    kernel,
    ifindex,
    other,
    misses,
    counters,
    memory,
    outcomes,
    totals,
    resolver,
    settle,
    pass,
    miss,
    put,
    ask,
    held,
  };
}
