import { isDeepStrictEqual } from 'node:util';
import type { Conversation } from '../kernel/conversation.ts';
import { type Link, setForwarding, setNoAddressGeneration } from '../kernel/links.ts';
import { getNeighbourParameters, setNeighbourParameters } from '../kernel/neighbour-parameters.ts';
import { IN6_ADDR_GEN_MODE_NONE } from '../netlink/constants.ts';
import type { NeighbourParameters } from '../netlink/neighbour-table/attributes.ts';

/**
 * The kernel asks the agent and nobody else: three notifications a second apart, no ARP on the overlay, where nobody
 * would answer it. An entry in PROBE is asked for at once and does not fail while the agent is away: it is asked about
 * once a second, for 34 years. 2^31-1, to which the kernel adds the other numbers, would be less than nothing
 * (net/core/neighbour.c, neigh_max_probes).
 */
export const NEIGHBOUR_PARAMETERS: NeighbourParameters = {
  appProbes: 3,
  ucastProbes: 0,
  mcastProbes: 0,
  mcastReprobes: 2 ** 30,
  delayProbeTime: 0n,
  retransTime: 1000n,
};

/**
 * Whether the interface resolves neighbours as it should.
 *
 * @throws KernelFault
 */
export function hasNeighbourParameters(conversation: Conversation, ifindex: number): boolean {
  const found = getNeighbourParameters(conversation, ifindex);
  return isDeepStrictEqual({ ...found, ...NEIGHBOUR_PARAMETERS }, found);
}

/**
 * Sets what the lazy design needs of the device: how the kernel resolves on it, that it forwards, and that it makes
 * no IPv6 address of its own.
 *
 * @throws KernelFault
 */
export function applyDeviceParameters(conversation: Conversation, link: Link): void {
  const { name, ifindex } = link;
  conversation.request(
    `set the neighbour parameters of ${name}`,
    setNeighbourParameters(ifindex, NEIGHBOUR_PARAMETERS),
  );
  if (link.forwarding !== true) {
    conversation.request(`turn forwarding on for ${name}`, setForwarding(ifindex));
  }
  const { addressGeneration } = link;
  if (addressGeneration !== undefined && addressGeneration !== IN6_ADDR_GEN_MODE_NONE) {
    conversation.request(`turn IPv6 addresses off for ${name}`, setNoAddressGeneration(ifindex));
  }
}
