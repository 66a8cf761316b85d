import type { Mac } from '../net/mac.ts';
import {
  AF_UNSPEC,
  IFF_LOOPBACK,
  IFF_UP,
  IN6_ADDR_GEN_MODE_NONE,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RTM_DELLINK,
  RTM_GETLINK,
  RTM_NEWLINK,
} from '../netlink/constants.ts';
import { decodeAfSpec, encodeAfSpec, reportedForwarding } from '../netlink/link/af-spec.ts';
import type { LinkAttributes } from '../netlink/link/attributes.ts';
import type { LinkHeader } from '../netlink/link/header.ts';
import { linkMessage } from '../netlink/link/message.ts';
import { type VxlanAttributes, vxlanAttributes } from '../netlink/link/vxlan.ts';
import type { Request } from '../netlink/message.ts';
import type { Conversation } from './conversation.ts';

/** A network interface. */
export interface Link {
  readonly ifindex: number;
  readonly name: string;
  readonly mtu: number;
  readonly mac: Mac | undefined;
  readonly up: boolean;
  readonly loopback: boolean;
  /** What `ip -d link` calls it: vxlan, bridge, veth; undefined for hardware. */
  readonly kind: string | undefined;
  /** Only of kind vxlan. */
  readonly vxlan: VxlanAttributes | undefined;
  /** Whether IPv4 forwarding is on for this interface. */
  readonly forwarding: boolean | undefined;
  /** One of IN6_ADDR_GEN_MODE_*; undefined where IPv6 is off. */
  readonly addressGeneration: number | undefined;
}

/**
 * All interfaces. Equivalent to `ip -d link show`.
 *
 * @throws KernelFault
 */
export function listLinks(conversation: Conversation): Link[] {
  let found: Link[] = [];
  conversation.dump(
    'list links',
    linkMessage.request(RTM_GETLINK, 0, { family: AF_UNSPEC }, {}),
    () => {
      found = [];
    },
    (frame) => {
      const { header, attributes } = linkMessage.decode(frame.payload);
      found.push(toLink(header, attributes));
    },
  );
  return found;
}

function toLink(header: LinkHeader, attributes: LinkAttributes): Link {
  const { info, linkLayerAddress } = attributes;
  const afSpec = decodeAfSpec(attributes.afSpec);
  return {
    ifindex: header.ifindex,
    name: attributes.name ?? '',
    mtu: attributes.mtu ?? 0,
    mac: typeof linkLayerAddress === 'string' ? linkLayerAddress : undefined,
    up: (header.flags & IFF_UP) !== 0,
    loopback: (header.flags & IFF_LOOPBACK) !== 0,
    kind: info?.kind,
    vxlan: info?.kind === 'vxlan' && info.data !== undefined ? decodeVxlan(info.data) : undefined,
    forwarding: reportedForwarding(afSpec),
    addressGeneration: afSpec?.inet6?.addressGeneration,
  };
}

function decodeVxlan(data: Uint8Array): VxlanAttributes {
  return vxlanAttributes.read(Buffer.from(data), 0, data.length);
}

/**
 * Equivalent to `ip link add NAME address MAC mtu MTU type vxlan ...`. The device is down: IFLA_AF_SPEC, which would
 * turn IPv6 addresses off, is refused at creation with EAFNOSUPPORT (Linux 6.18), so it is set before the device is up.
 */
export function addVxlan(name: string, mac: Mac, mtu: number, vxlan: VxlanAttributes): Request {
  const data = Buffer.alloc(vxlanAttributes.size(vxlan));
  vxlanAttributes.write(data, 0, vxlan);
  return linkMessage.request(
    RTM_NEWLINK,
    NLM_F_CREATE | NLM_F_EXCL,
    { family: AF_UNSPEC },
    {
      name,
      linkLayerAddress: mac,
      mtu,
      info: { kind: 'vxlan', data },
    },
  );
}

/** Equivalent to `ip link set DEV mtu MTU`. */
export function setMtu(ifindex: number, mtu: number): Request {
  return linkMessage.request(RTM_NEWLINK, 0, { family: AF_UNSPEC, ifindex }, { mtu });
}

/** Equivalent to `ip link set DEV address MAC`; the kernel flushes the interface's neighbours then. */
export function setMac(ifindex: number, mac: Mac): Request {
  return linkMessage.request(RTM_NEWLINK, 0, { family: AF_UNSPEC, ifindex }, { linkLayerAddress: mac });
}

/** Equivalent to `ip link set DEV addrgenmode none`: the kernel makes no fe80:: address of its own. */
export function setNoAddressGeneration(ifindex: number): Request {
  const afSpec = encodeAfSpec({ inet6: { addressGeneration: IN6_ADDR_GEN_MODE_NONE } });
  return linkMessage.request(RTM_NEWLINK, 0, { family: AF_UNSPEC, ifindex }, { afSpec });
}

/** Equivalent to `sysctl net.ipv4.conf.DEV.forwarding=1`. */
export function setForwarding(ifindex: number): Request {
  const afSpec = encodeAfSpec({ inet: { configuration: { forwarding: 1 } } });
  return linkMessage.request(RTM_NEWLINK, 0, { family: AF_UNSPEC, ifindex }, { afSpec });
}

/** Equivalent to `ip link set DEV up`. */
export function setUp(ifindex: number): Request {
  return linkMessage.request(
    RTM_NEWLINK,
    0,
    { family: AF_UNSPEC, ifindex, flags: IFF_UP, change: IFF_UP },
    {},
  );
}

/** Equivalent to `ip link del DEV`. */
export function removeLink(ifindex: number): Request {
  return linkMessage.request(RTM_DELLINK, 0, { family: AF_UNSPEC, ifindex }, {});
}
