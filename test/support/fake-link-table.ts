import type { Mac } from '../../src/net/mac.ts';
import {
  AF_UNSPEC,
  IFF_UP,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_MULTI,
  RTM_DELLINK,
  RTM_NEWLINK,
} from '../../src/netlink/constants.ts';
import { afSpecReport, afSpecRequest } from '../../src/netlink/link/af-spec.ts';
import type { LinkAttributes } from '../../src/netlink/link/attributes.ts';
import { linkMessage } from '../../src/netlink/link/message.ts';
import { type VxlanAttributes, vxlanAttributes } from '../../src/netlink/link/vxlan.ts';
import type { Frame, Request } from '../../src/netlink/message.ts';
import type { ValueCodec } from '../../src/netlink/values.ts';

/** Errors of the kernel by their numbers (include/uapi/asm-generic/errno-base.h and errno.h). */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  EAGAIN: 11,
  ENOMEM: 12,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ENOBUFS: 105,
} as const;

export interface FakeLink {
  readonly ifindex: number;
  readonly name: string;
  readonly kind: string | undefined;
  mac: Mac | undefined;
  mtu: number;
  up: boolean;
  vxlan: VxlanAttributes | undefined;
  forwarding: boolean;
  addressGeneration: number;
}

/** The interfaces of a fake kernel, as net/core/rtnetlink.c keeps them for what the agent asks. */
export class FakeLinkTable {
  readonly links = new Map<number, FakeLink>();
  #next = 1;

  /** Adds an interface as if it had been there. */
  add(name: string, values: Partial<Omit<FakeLink, 'ifindex' | 'name'>> = {}): FakeLink {
    const link: FakeLink = {
      ifindex: this.#next++,
      name,
      kind: undefined,
      mac: undefined,
      mtu: 1500,
      up: true,
      vxlan: undefined,
      forwarding: false,
      addressGeneration: 0,
      ...values,
    };
    this.links.set(link.ifindex, link);
    return link;
  }

  byName(name: string): FakeLink | undefined {
    return [...this.links.values()].find((link) => link.name === name);
  }

  /** @returns an errno, or 0 */
  change({ type, flags, payload }: Frame): number {
    const { header, attributes } = linkMessage.decode(payload);
    const link = header.ifindex === 0 ? this.byName(attributes.name ?? '') : this.links.get(header.ifindex);
    if (type === RTM_DELLINK) {
      return link !== undefined && this.links.delete(link.ifindex) ? 0 : ERRNO.ENODEV;
    }
    if (link === undefined) {
      return (flags & NLM_F_CREATE) === 0 || header.ifindex !== 0 ? ERRNO.ENODEV : this.#create(attributes);
    }
    if ((flags & NLM_F_EXCL) !== 0) {
      return ERRNO.EEXIST;
    }
    if ((header.change & IFF_UP) !== 0) {
      link.up = (header.flags & IFF_UP) !== 0;
    }
    return this.#set(link, attributes);
  }

  dump(): Request[] {
    return [...this.links.values()].map((link) => report(link));
  }

  #create(attributes: LinkAttributes): number {
    const { name = '', info, afSpec, mtu = 1450, linkLayerAddress } = attributes;
    const data = Buffer.from(info?.data ?? []);
    if (info?.kind !== 'vxlan' || afSpec !== undefined) {
      return afSpec === undefined ? ERRNO.EOPNOTSUPP : ERRNO.EAFNOSUPPORT;
    }
    const vxlan = vxlanAttributes.read(data, 0, data.length);
    const taken = [...this.links.values()].some(
      (other) => other.vxlan?.id === vxlan.id && other.vxlan?.port === vxlan.port,
    );
    if (taken || (vxlan.link !== undefined && !this.links.has(vxlan.link))) {
      return taken ? ERRNO.EEXIST : ERRNO.ENODEV;
    }
    const mac = typeof linkLayerAddress === 'string' ? linkLayerAddress : undefined;
    this.add(name, { kind: 'vxlan', mac, mtu, up: false, vxlan });
    return 0;
  }

  #set(link: FakeLink, { mtu, afSpec, linkLayerAddress }: LinkAttributes): number {
    link.mtu = mtu ?? link.mtu;
    if (typeof linkLayerAddress === 'string') {
      link.mac = linkLayerAddress;
    }
    if (afSpec !== undefined) {
      const { inet, inet6 } = afSpecRequest.read(Buffer.from(afSpec), 0, afSpec.length);
      const { forwarding } = inet?.configuration ?? {};
      link.forwarding = forwarding === undefined ? link.forwarding : forwarding !== 0;
      link.addressGeneration = inet6?.addressGeneration ?? link.addressGeneration;
    }
    return 0;
  }
}

function report(link: FakeLink): Request {
  const { ifindex, name, kind, mac, mtu, up, vxlan, forwarding, addressGeneration } = link;
  const configuration = Uint8Array.from({ length: 132 }, (_, at) => (at === 0 && forwarding ? 1 : 0));
  const data = vxlan === undefined ? {} : { data: encoded(vxlanAttributes, vxlan) };
  return linkMessage.request(
    RTM_NEWLINK,
    NLM_F_MULTI,
    { family: AF_UNSPEC, ifindex, flags: up ? IFF_UP : 0 },
    {
      name,
      mtu,
      ...(mac === undefined ? {} : { linkLayerAddress: mac }),
      ...(kind === undefined ? {} : { info: { kind, ...data } }),
      afSpec: encoded(afSpecReport, { inet: { configuration }, inet6: { addressGeneration } }),
    },
  );
}

function encoded<T>(codec: ValueCodec<T>, value: T): Uint8Array {
  const buffer = Buffer.alloc(codec.size(value));
  codec.write(buffer, 0, value);
  return Uint8Array.from(buffer);
}
