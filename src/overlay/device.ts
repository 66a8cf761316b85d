import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { acceptRefusal } from '../kernel/kernel-fault.ts';
import { addVxlan, type Link, listLinks, removeLink, setMtu, setUp } from '../kernel/links.ts';
import { formatIpv4, type Ipv4 } from '../net/ipv4.ts';
import { isUnicastMac, type Mac, randomMac } from '../net/mac.ts';
import { applyDeviceParameters } from './device-parameters.ts';
import { OverlayFault } from './overlay-fault.ts';
import type { Underlay } from './underlay.ts';

/** Outer Ethernet, IPv4, UDP and VXLAN headers (RFC 7348, section 5). */
export const VXLAN_OVERHEAD = 50;

/** What the tunnel device must be. */
export interface DevicePlan {
  readonly vni: number;
  readonly port: number;
  readonly mtu: number;
  readonly local: Ipv4;
  readonly underlayIfindex: number;
  /** Whether the device tells of frames that have no forwarding entry. */
  readonly l2miss: boolean;
}

/** The tunnel device as the kernel has it. */
export interface Device {
  readonly ifindex: number;
  readonly name: string;
  readonly mac: Mac;
}

/**
 * The device that a network config asks for on an underlay. Its MTU leaves room for the tunnel's headers.
 *
 * @throws OverlayFault when the config's MTU is larger than the underlay's
 */
export function planDevice(
  { vni, port, mtu }: { readonly vni: number; readonly port: number; readonly mtu?: number },
  underlay: Underlay,
  l2miss = false,
): DevicePlan {
  if (mtu !== undefined && mtu > underlay.mtu) {
    const allowed = `at most ${underlay.mtu}, the MTU of ${underlay.name}`;
    throw new OverlayFault('Backend.MTU of the network config', String(mtu), allowed);
  }
  return {
    vni,
    port,
    mtu: (mtu ?? underlay.mtu) - VXLAN_OVERHEAD,
    local: underlay.address,
    underlayIfindex: underlay.ifindex,
    l2miss,
  };
}

export function deviceName(vni: number): string {
  return `flannel.${vni}`;
}

/**
 * Makes the kernel have the device: adopts one that fits, so that entries and MAC outlive a restart; rebuilds one that
 * does not, with its old MAC, so that the leases that the others hold stay true; creates one with a MAC of our choice,
 * since a device without one may get another from systemd later.
 *
 * @param mac of a device that has to be created
 * @throws OverlayFault when the name is another kind's or another device has the VNI and port
 * @throws KernelFault
 */
export function ensureDevice(
  conversation: Conversation,
  plan: DevicePlan,
  log: Log,
  mac = randomMac(),
): Device {
  const name = deviceName(plan.vni);
  const existing = findLink(conversation, name);
  if (existing?.ifindex === plan.underlayIfindex) {
    throw new OverlayFault(
      '--iface',
      `${name} is the tunnel itself`,
      'the interface that carries the tunnel',
    );
  }
  if (existing === undefined) {
    create(conversation, plan, mac);
    log.info({ device: name, vni: plan.vni, port: plan.port }, 'made the tunnel device');
  } else {
    adoptOrRebuild(conversation, plan, existing, log);
  }
  return configure(conversation, plan);
}

/**
 * Makes the device, which must not be there, with that MAC.
 *
 * @throws OverlayFault when another device has the VNI and port
 * @throws KernelFault
 */
export function makeDevice(conversation: Conversation, plan: DevicePlan, mac: Mac): Device {
  create(conversation, plan, mac);
  return configure(conversation, plan);
}

/** The link of that name, if there is one. */
export function findLink(conversation: Conversation, name: string): Link | undefined {
  return listLinks(conversation).find((link) => link.name === name);
}

/**
 * What of a link contradicts the plan and cannot be changed on a living vxlan device
 * (drivers/net/vxlan/vxlan_core.c, vxlan_changelink and vxlan_nl2conf). Empty when it can be adopted.
 */
export function misfits(link: Link, plan: DevicePlan): string[] {
  const { vxlan } = link;
  const flags = ['learning', 'proxy', 'rsc', 'l3miss', 'collectMetadata'] as const;
  const checks: [string, unknown, unknown][] = [
    ['VNI', vxlan?.id, plan.vni],
    ['port', vxlan?.port, plan.port],
    ['local address', shown(vxlan?.local), formatIpv4(plan.local)],
    ['underlay interface', vxlan?.link, plan.underlayIfindex],
    ['group', shown(vxlan?.group), undefined],
    ['GBP', vxlan?.gbp !== undefined, false],
    ['l2miss', vxlan?.l2miss ?? 0, Number(plan.l2miss)],
    ...flags.map((flag): [string, unknown, unknown] => [flag, vxlan?.[flag] ?? 0, 0]),
  ];
  return checks
    .filter(([, found, wanted]) => found !== wanted)
    .map(([what, found, wanted]) => `${what} is ${found ?? 'not set'} instead of ${wanted ?? 'not set'}`);
}

function shown(address: Ipv4 | Uint8Array | undefined): string | undefined {
  return typeof address === 'number' ? formatIpv4(address) : address && 'an IPv6 address';
}

function adoptOrRebuild(conversation: Conversation, plan: DevicePlan, existing: Link, log: Log): void {
  const { name, kind, ifindex, mac } = existing;
  if (kind !== 'vxlan') {
    throw new OverlayFault(
      name,
      `an interface of kind ${kind ?? 'hardware'} has this name`,
      'a vxlan device or none',
    );
  }
  const reasons = misfits(existing, plan);
  if (reasons.length === 0 && mac !== undefined && isUnicastMac(mac)) {
    log.info({ device: name, mac }, 'adopted the tunnel device that was there');
    return;
  }
  log.warn(
    { device: name, reasons },
    'rebuilding the tunnel device, which does not fit: its traffic is interrupted, and every destination is asked for anew',
  );
  conversation.request(`remove ${name}`, removeLink(ifindex));
  create(conversation, plan, mac !== undefined && isUnicastMac(mac) ? mac : randomMac());
}

function create(conversation: Conversation, plan: DevicePlan, mac: Mac): void {
  const name = deviceName(plan.vni);
  const { vni: id, underlayIfindex: link, local, port } = plan;
  try {
    conversation.request(
      `create ${name}`,
      addVxlan(name, mac, plan.mtu, { id, link, local, port, learning: 0, l2miss: Number(plan.l2miss) }),
    );
  } catch (error) {
    acceptRefusal(error, 'EEXIST');
    throw new OverlayFault(
      `VNI ${id} with port ${port}`,
      `taken by ${owner(conversation, plan)}`,
      'no other device',
      error,
    );
  }
}

/** The kernel names nobody when another device has the VNI and port already. */
function owner(conversation: Conversation, plan: DevicePlan): string {
  const others = listLinks(conversation).filter(
    ({ vxlan, name }) => vxlan?.id === plan.vni && vxlan.port === plan.port && name !== deviceName(plan.vni),
  );
  return others.map((link) => link.name).join(', ') || 'a device that is not in this network namespace';
}

function configure(conversation: Conversation, plan: DevicePlan): Device {
  const name = deviceName(plan.vni);
  const link = findLink(conversation, name);
  if (link === undefined) {
    throw new OverlayFault(
      name,
      'the device vanished while it was set up',
      'a device that nobody else removes',
    );
  }
  if (link.mtu !== plan.mtu) {
    conversation.request(`set the MTU of ${name}`, setMtu(link.ifindex, plan.mtu));
  }
  applyDeviceParameters(conversation, link);
  if (!link.up) {
    bringUp(conversation, plan, link);
  }
  // Read again: a rule of systemd may have put another MAC on a device that appeared (MACAddressPolicy).
  const mac = findLink(conversation, name)?.mac;
  if (mac === undefined) {
    throw new OverlayFault(name, 'the device has no MAC', 'a unicast MAC');
  }
  return { ifindex: link.ifindex, name, mac };
}

/** The kernel opens the tunnel's UDP socket now, not when the device is made. */
function bringUp(conversation: Conversation, { port }: DevicePlan, { name, ifindex }: Link): void {
  try {
    conversation.request(`set ${name} up`, setUp(ifindex));
  } catch (error) {
    acceptRefusal(error, 'EADDRINUSE');
    throw new OverlayFault(
      `UDP port ${port}`,
      'in use by another program',
      'a port that is free on this host',
      error,
    );
  }
}
