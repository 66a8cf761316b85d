import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { type Link, removeLink, setForwarding, setMac, setMtu, setUp } from '../kernel/links.ts';
import { setNeighbourParameters } from '../kernel/neighbour-parameters.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Request } from '../netlink/message.ts';
import { ensureAddressing } from './addressing.ts';
import { type Device, type DevicePlan, findLink, makeDevice, misfits } from './device.ts';
import { hasNeighbourParameters, NEIGHBOUR_PARAMETERS } from './device-parameters.ts';
import { OverlayFault } from './overlay-fault.ts';

/** What the host has to have. */
export interface WantedOverlay {
  readonly plan: DevicePlan;
  /** As it was when it was right. */
  readonly device: Device;
  readonly network: Prefix;
  readonly subnet: Prefix;
}

export interface Repair {
  /** With another number when it had to be made anew. */
  readonly device: Device;
  /** What was found to be wrong, and is right again; empty as a rule. */
  readonly mended: readonly string[];
}

/**
 * Puts back what somebody took away or changed of the tunnel device, its address and its route. A device that is gone, or
 * that cannot be changed into what it was, is made anew with the same MAC.
 *
 * @throws OverlayFault when somebody else's interface stands in the way
 * @throws KernelFault
 */
export function repairOverlay(conversation: Conversation, wanted: WantedOverlay, log: Log): Repair {
  const { plan, network, subnet } = wanted;
  const { device, mended } = repairDevice(conversation, plan, wanted.device);
  const missing = ensureAddressing(conversation, device, network, subnet, log);
  return { device, mended: [...mended, ...missing.map((what) => `${what} was missing`)] };
}

function repairDevice(conversation: Conversation, plan: DevicePlan, device: Device): Repair {
  const link = findLink(conversation, device.name);
  if (link === undefined) {
    const made = makeDevice(conversation, plan, device.mac);
    return { device: made, mended: [`${device.name} was deleted`] };
  }
  if (link.kind !== 'vxlan') {
    const found = `an interface of kind ${link.kind ?? 'hardware'} has this name`;
    throw new OverlayFault(device.name, found, 'our vxlan device or none');
  }
  const reasons = misfits(link, plan);
  if (reasons.length > 0) {
    conversation.request(`remove ${device.name}`, removeLink(link.ifindex));
    return { device: makeDevice(conversation, plan, device.mac), mended: reasons };
  }
  return {
    device: { ...device, ifindex: link.ifindex },
    mended: repairSettings(conversation, plan, device, link),
  };
}

/** What can be changed on the living device. */
function repairSettings(conversation: Conversation, plan: DevicePlan, device: Device, link: Link): string[] {
  const { ifindex, name } = link;
  const checks: [isRight: boolean, found: string, mend: Request][] = [
    [link.mac === device.mac, `the MAC was ${link.mac}`, setMac(ifindex, device.mac)],
    [link.mtu === plan.mtu, `the MTU was ${link.mtu}`, setMtu(ifindex, plan.mtu)],
    [link.up, `${name} was down`, setUp(ifindex)],
    [link.forwarding === true, 'forwarding was off', setForwarding(ifindex)],
    [
      hasNeighbourParameters(conversation, ifindex),
      'neighbour parameters were changed',
      setNeighbourParameters(ifindex, NEIGHBOUR_PARAMETERS),
    ],
  ];
  const wrong = checks.filter(([isRight]) => !isRight);
  for (const [, found, mend] of wrong) {
    conversation.request(`${name}, because ${found}`, mend);
  }
  return wrong.map(([, found]) => found);
}
