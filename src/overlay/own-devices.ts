import { listAddresses } from '../kernel/addresses.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { type Link, listLinks } from '../kernel/links.ts';
import { listRoutes } from '../kernel/routes.ts';
import type { Mac } from '../net/mac.ts';
import { deviceName } from './device.ts';
import { OWN_PROTOCOL } from './ownership.ts';

/** A tunnel device that an agent of ours made or took over. */
export interface OwnDevice {
  readonly ifindex: number;
  readonly name: string;
  readonly mac: Mac | undefined;
  readonly vni: number;
}

/**
 * The devices in this network namespace that are ours: called `flannel.<VNI>`, of kind vxlan, with a route or an address of
 * our mark. One that flannel runs has neither; one of ours may have no route, and before Linux 5.18 no mark on its address.
 *
 * @throws KernelFault
 */
export function listOwnDevices(conversation: Conversation): OwnDevice[] {
  const marked = new Set(
    [...listRoutes(conversation), ...listAddresses(conversation)]
      .filter(({ protocol }) => protocol === OWN_PROTOCOL)
      .map(({ ifindex }) => ifindex),
  );
  return listLinks(conversation)
    .filter((link) => marked.has(link.ifindex))
    .flatMap(toOwnDevice);
}

function toOwnDevice({ ifindex, name, mac, vxlan }: Link): OwnDevice[] {
  const vni = vxlan?.id;
  return vni !== undefined && name === deviceName(vni) ? [{ ifindex, name, mac, vni }] : [];
}
