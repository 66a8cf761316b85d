import { createSocket } from 'node:dgram';
import { addAddress } from '../../src/kernel/addresses.ts';
import { Conversation } from '../../src/kernel/conversation.ts';
import { addVxlan, listLinks, removeLink, setUp } from '../../src/kernel/links.ts';
import { setNeighbourParameters } from '../../src/kernel/neighbour-parameters.ts';
import { replaceOnLinkRoute } from '../../src/kernel/routes.ts';
import { closeSocket, openRouteSocket } from '../../src/kernel/sockets.ts';
import { descriptorTransport } from '../../src/kernel/transport.ts';
import { formatIpv4, type Ipv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import type { Prefix } from '../../src/net/prefix.ts';
import type { VxlanAttributes } from '../../src/netlink/link/vxlan.ts';
import { NEIGHBOUR_PARAMETERS } from '../../src/overlay/device-parameters.ts';

/** A vxlan device that asks user space for its neighbours, in the network namespace of this process. */
export class MissDevice implements Disposable {
  readonly ifindex: number;
  readonly conversation: Conversation;
  /** The conversation's socket. */
  readonly descriptor: number;

  constructor(name: string, network: Prefix, vxlan: VxlanAttributes) {
    this.descriptor = openRouteSocket();
    this.conversation = new Conversation(descriptorTransport(this.descriptor));
    const { conversation } = this;
    conversation.request(
      'add',
      addVxlan(name, parseMac('02:00:00:00:00:01'), 1450, { learning: 0, ...vxlan }),
    );
    this.ifindex = listLinks(conversation).find((link) => link.name === name)?.ifindex ?? 0;
    conversation.request('parameters', setNeighbourParameters(this.ifindex, NEIGHBOUR_PARAMETERS));
    conversation.request('up', setUp(this.ifindex));
    conversation.request('address', addAddress(this.ifindex, network.address, 32));
    conversation.request('route', replaceOnLinkRoute(this.ifindex, network, 113));
  }

  [Symbol.dispose](): void {
    this.conversation.batch('remove', [removeLink(this.ifindex)]);
    closeSocket(this.descriptor);
  }
}

/** Sends one UDP packet to each address; resolves when the kernel has taken all of them, to the number it refused. */
export async function knock(...addresses: readonly Ipv4[]): Promise<number> {
  const socket = createSocket('udp4');
  try {
    const sent = addresses.map(
      (address) =>
        new Promise<number>((resolve) => {
          socket.send('knock', 9, formatIpv4(address), (error) => resolve(error === null ? 0 : 1));
        }),
    );
    return (await Promise.all(sent)).reduce((sum, failed) => sum + failed, 0);
  } finally {
    socket.close();
  }
}
