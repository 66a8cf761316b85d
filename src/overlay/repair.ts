import { Fault } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import {
  type Link,
  removeLink,
  setForwarding,
  setMac,
  setMtu,
  setNoAddressGeneration,
  setUp,
} from '../kernel/links.ts';
import { setNeighbourParameters } from '../kernel/neighbour-parameters.ts';
import type { Prefix } from '../net/prefix.ts';
import { IN6_ADDR_GEN_MODE_NONE } from '../netlink/constants.ts';
import type { Request } from '../netlink/message.ts';
import { ensureAddress, ensureRoute } from './addressing.ts';
import { type Device, type DevicePlan, findLink, makeDevice, misfits } from './device.ts';
import { hasNeighbourParameters, NEIGHBOUR_PARAMETERS } from './device-parameters.ts';
import type { Mode } from './modes.ts';
import { OverlayFault } from './overlay-fault.ts';

/** What the host has to have. */
export interface WantedOverlay {
  readonly plan: DevicePlan;
  /** As it was when it was right. */
  readonly device: Device;
  readonly network: Prefix;
  readonly subnet: Prefix;
  readonly mode: Mode;
}

/** What came of a repair: both lists are empty as a rule. */
export interface Repair {
  /** With another number when it had to be made anew. */
  readonly device: Device;
  /** What was found to be wrong, and is right again. */
  readonly mended: readonly string[];
  /** What could not be put right. */
  readonly refused: readonly Fault[];
}

/**
 * Puts back what somebody took away or changed of the tunnel device, its address and its route. A device that is gone, or
 * that cannot be changed into what it was, is made anew with the same MAC. What the kernel refuses keeps nothing else from
 * being put right.
 *
 * @throws OverlayFault when somebody else's interface stands in the way
 * @throws KernelFault when there is no device to go on with
 */
export function repairOverlay(conversation: Conversation, wanted: WantedOverlay, log: Log): Repair {
  const { plan, network, subnet, mode } = wanted;
  const mended: string[] = [];
  const refused: Fault[] = [];
  const attempt = (mend: () => readonly string[]) => {
    try {
      mended.push(...mend());
    } catch (error) {
      refused.push(asFault(error));
    }
  };
  const { device, link, reasons } = findOrMake(conversation, plan, wanted.device);
  mended.push(...reasons);
  for (const mend of link === undefined ? [] : settingsOf(conversation, plan, device, link)) {
    attempt(mend);
  }
  const ensures = [
    () => ensureAddress(conversation, device, network, subnet, log),
    ...(mode.networkRoute ? [() => ensureRoute(conversation, device, network)] : []),
  ];
  for (const ensure of ensures) {
    attempt(() => ensure().map((what) => `${what} was missing`));
  }
  return { device, mended, refused };
}

function asFault(error: unknown): Fault {
  if (error instanceof Fault) {
    return error;
  }
  throw error;
}

interface Found {
  readonly device: Device;
  /** What was there and serves; undefined for a device that was just made. */
  readonly link?: Link;
  /** Why one had to be made. */
  readonly reasons: readonly string[];
}

function findOrMake(conversation: Conversation, plan: DevicePlan, device: Device): Found {
  const { name, mac } = device;
  const link = findLink(conversation, name);
  if (link === undefined) {
    return { device: makeDevice(conversation, plan, mac), reasons: [`${name} was deleted`] };
  }
  if (link.kind !== 'vxlan') {
    const found = `an interface of kind ${link.kind ?? 'hardware'} has this name`;
    throw new OverlayFault(name, found, 'our vxlan device or none');
  }
  const reasons = misfits(link, plan);
  if (reasons.length > 0) {
    conversation.request(`remove ${name}`, removeLink(link.ifindex));
    return { device: makeDevice(conversation, plan, mac), reasons };
  }
  return { device: { ...device, ifindex: link.ifindex }, link, reasons };
}

/** What can be changed on the living device: each gives what it found to be wrong and put right. */
function settingsOf(
  conversation: Conversation,
  plan: DevicePlan,
  device: Device,
  link: Link,
): (() => string[])[] {
  const { ifindex, name, addressGeneration = IN6_ADDR_GEN_MODE_NONE } = link;
  const checks: [isRight: () => boolean, found: string, mend: Request][] = [
    [() => link.mac === device.mac, `the MAC was ${link.mac}`, setMac(ifindex, device.mac)],
    [() => link.mtu === plan.mtu, `the MTU was ${link.mtu}`, setMtu(ifindex, plan.mtu)],
    // Before it is up, when the kernel would make one.
    [
      () => addressGeneration === IN6_ADDR_GEN_MODE_NONE,
      'IPv6 addresses were on',
      setNoAddressGeneration(ifindex),
    ],
    [() => link.up, `${name} was down`, setUp(ifindex)],
    [() => link.forwarding === true, 'forwarding was off', setForwarding(ifindex)],
    [
      () => hasNeighbourParameters(conversation, ifindex),
      'neighbour parameters were changed',
      setNeighbourParameters(ifindex, NEIGHBOUR_PARAMETERS),
    ],
  ];
  return checks.map(([isRight, found, mend]) => () => {
    if (isRight()) {
      return [];
    }
    conversation.request(`${name}, because ${found}`, mend);
    return [found];
  });
}
