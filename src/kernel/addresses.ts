import type { Ipv4 } from '../net/ipv4.ts';
import { addressMessage } from '../netlink/address/message.ts';
import {
  AF_INET,
  IFA_F_SECONDARY,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RT_SCOPE_UNIVERSE,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_NEWADDR,
} from '../netlink/constants.ts';
import type { Request } from '../netlink/message.ts';
import type { Conversation } from './conversation.ts';

/** An IPv4 address of an interface. */
export interface InterfaceAddress {
  readonly ifindex: number;
  readonly address: Ipv4;
  readonly prefixLength: number;
  /** One of RT_SCOPE_*. */
  readonly scope: number;
  readonly secondary: boolean;
  /** Who made it (IFA_PROTO): 0 when nobody said, and before Linux 5.18. */
  readonly protocol: number;
}

/**
 * The IPv4 addresses of all interfaces. Equivalent to `ip -4 address show`.
 *
 * @throws KernelFault
 */
export function listAddresses(conversation: Conversation): InterfaceAddress[] {
  let found: InterfaceAddress[] = [];
  conversation.dump(
    'list addresses',
    addressMessage.request(RTM_GETADDR, 0, { family: AF_INET }, {}),
    () => {
      found = [];
    },
    (frame) => {
      const { header, attributes } = addressMessage.decode(frame.payload);
      const address = attributes.local ?? attributes.address;
      if (typeof address === 'number') {
        const { ifindex, prefixLength, scope } = header;
        const secondary = ((attributes.flags ?? header.flags) & IFA_F_SECONDARY) !== 0;
        const { protocol = 0 } = attributes;
        found.push({ ifindex, address, prefixLength, scope, secondary, protocol });
      }
    },
  );
  return found;
}

/** Equivalent to `ip address add ADDRESS/LENGTH dev DEV proto P`; refused with EEXIST when it is there. */
export function addAddress(ifindex: number, address: Ipv4, prefixLength: number, protocol = 0): Request {
  return addressMessage.request(
    RTM_NEWADDR,
    NLM_F_CREATE | NLM_F_EXCL,
    { family: AF_INET, ifindex, prefixLength, scope: RT_SCOPE_UNIVERSE },
    { local: address, address, ...(protocol === 0 ? {} : { protocol }) },
  );
}

/** Equivalent to `ip address del ADDRESS/LENGTH dev DEV`. */
export function removeAddress(ifindex: number, address: Ipv4, prefixLength: number): Request {
  return addressMessage.request(
    RTM_DELADDR,
    0,
    { family: AF_INET, ifindex, prefixLength },
    { local: address, address },
  );
}
