import {
  AF_INET,
  NETCONFA_IFINDEX_ALL,
  NFNL_SUBSYS_NFTABLES,
  NFT_MSG_NEWCHAIN,
  NLM_F_MULTI,
  RTM_NEWNEIGHTBL,
  RTM_NEWNETCONF,
} from '../../src/netlink/constants.ts';
import type { Frame, Request } from '../../src/netlink/message.ts';
import type { NeighbourParameters } from '../../src/netlink/neighbour-table/attributes.ts';
import { neighbourTableMessage } from '../../src/netlink/neighbour-table/message.ts';
import { netconfMessage } from '../../src/netlink/netconf/message.ts';
import type { NftablesChainAttributes } from '../../src/netlink/nftables-chain/attributes.ts';
import { nftablesChainMessage } from '../../src/netlink/nftables-chain/message.ts';
import { ERRNO, type FakeLinkTable } from './fake-link-table.ts';

/** What a fake kernel's host is set to: neighbour parameters, forwarding, the firewall's chains. */
export class FakeSettings {
  readonly parameters = new Map<number, NeighbourParameters>();
  forwarding = true;
  readonly chains: { readonly family: number; readonly attributes: NftablesChainAttributes }[] = [];
  readonly #links: FakeLinkTable;

  constructor(links: FakeLinkTable) {
    this.#links = links;
  }

  /** RTM_SETNEIGHTBL (net/core/neighbour.c, neightbl_set). @returns an errno, or 0 */
  changeParameters({ payload }: Frame): number {
    const { name, parameters = {} } = neighbourTableMessage.decode(payload).attributes;
    const { ifindex = 0 } = parameters;
    if (name !== 'arp_cache' || !this.#links.links.has(ifindex)) {
      return ERRNO.ENOENT;
    }
    this.parameters.set(ifindex, { ...this.parameters.get(ifindex), ...parameters });
    return 0;
  }

  dumpParameters(): Request[] {
    const report = (parameters: NeighbourParameters) =>
      neighbourTableMessage.request(
        RTM_NEWNEIGHTBL,
        NLM_F_MULTI,
        { family: AF_INET },
        { name: 'arp_cache', parameters },
      );
    const ofLinks = [...this.#links.links.keys()].map((ifindex) =>
      report({ appProbes: 0, ucastProbes: 3, mcastProbes: 3, ...this.parameters.get(ifindex), ifindex }),
    );
    // The table's defaults carry no interface.
    return [report({ appProbes: 0, ucastProbes: 3, mcastProbes: 3 }), ...ofLinks];
  }

  dumpNetconf(): Request[] {
    const report = (ifindex: number, forwarding: boolean) =>
      netconfMessage.request(
        RTM_NEWNETCONF,
        NLM_F_MULTI,
        { family: AF_INET },
        { ifindex, forwarding: Number(forwarding) },
      );
    const ofLinks = [...this.#links.links.values()].map((link) => report(link.ifindex, link.forwarding));
    return [...ofLinks, report(NETCONFA_IFINDEX_ALL, this.forwarding)];
  }

  dumpChains(): Request[] {
    const type = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWCHAIN;
    return this.chains.map(({ family, attributes }) =>
      nftablesChainMessage.request(type, NLM_F_MULTI, { family }, attributes),
    );
  }
}
