import { FIRST_REMOTE_SUBNET, plannedLease, plannedSubnet } from '../lab/planned-leases.ts';
import { formatIpv4, type Ipv4, parseIpv4 } from '../net/ipv4.ts';

/** How many nodes join and leave at once in one measurement; their leases stand behind those of the plan. */
export const AT_ONCE = 100;

/** 10.128.0.0/10 holds 16,384 subnets; the first is not used, and those that join need room. */
export const MOST_NODES = 16_384 - 1 - AT_ONCE;

/** From .2 to .251: .1 is where nodes are asked whether they can be reached. */
export const MOST_PODS = 250;

/** Where nodes move to; their place in it is the same as in the network that they come from. */
export const MOVED_UNDERLAY = '10.101.0.0/16';
const MOVED_ENDPOINTS = parseIpv4('10.101.0.0');

/** Subnets of the hosts of the lab, one for each: 10.192.0.0/24 for the first. */
const OWN_SUBNETS = parseIpv4('10.192.0.0');

/** The config of a cluster in which a host can only have one subnet, so that its containers stand before the agent. */
export function networkConfig(hostNumber: number): string {
  const subnet = formatIpv4(ownSubnet(hostNumber));
  return JSON.stringify({
    Network: `${formatIpv4(parseIpv4(FIRST_REMOTE_SUBNET))}/9`,
    SubnetLen: 24,
    SubnetMin: subnet,
    SubnetMax: subnet,
    Backend: { Type: 'vxlan' },
  });
}

/** @param hostNumber from 0 on */
export function ownSubnet(hostNumber: number): Ipv4 {
  return OWN_SUBNETS + hostNumber * 256;
}

/** The address of pod `pod` (from 0 on) on node `node` (from 1 on). */
export function podAddress(node: number, pod: number): Ipv4 {
  return plannedSubnet(node) + 2 + pod;
}

/** Answers like a pod, but is none that traffic goes to. */
export function probeAddress(node: number): Ipv4 {
  return plannedSubnet(node) + 1;
}

/** The first, the middle and the last of nodes 1 to `count` in the order of their keys, in which etcd lists them. */
export function outermostNodes(count: number): number[] {
  const byKey = Array.from({ length: count }, (_, index) => ({
    node: 1 + index,
    key: plannedLease(1 + index).name,
  })).sort((one, other) => (one.key < other.key ? -1 : 1));
  const places = new Set([0, Math.floor(count / 2), count - 1]);
  return [...places].flatMap((place) => byKey[place]?.node ?? []);
}

/** Leases of nodes `first` to `first + count - 1`. */
export function leasesOf(first: number, count: number) {
  return Array.from({ length: count }, (_, index) => plannedLease(first + index));
}

/** The same, after they have moved to another address of the underlay. */
export function movedLeasesOf(first: number, count: number) {
  return Array.from({ length: count }, (_, index) =>
    plannedLease(first + index, { endpoints: MOVED_ENDPOINTS }),
  );
}

/**
 * All nodes in an order that has nothing to do with their addresses and is the same each time: those that are talked to
 * are the first of it.
 */
export function shuffledNodes(count: number): number[] {
  const step = coprimeNear(Math.floor(count * 0.618), count);
  return Array.from({ length: count }, (_, index) => 1 + ((index * step) % count));
}

/** The nodes that a share of them comes to: one at least. */
export function activeCount(nodes: number, share: number): number {
  return Math.max(1, Math.round(nodes * share));
}

function coprimeNear(start: number, count: number): number {
  let step = Math.max(start, 1);
  while (greatestCommonDivisor(step, count) !== 1) {
    step += 1;
  }
  return step;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
