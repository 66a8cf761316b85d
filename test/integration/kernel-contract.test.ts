import { Conversation } from '../../src/kernel/conversation.ts';
import { closeSocket, openRouteSocket } from '../../src/kernel/sockets.ts';
import { descriptorTransport } from '../../src/kernel/transport.ts';
import { kernelContract } from '../support/kernel-contract.ts';
import { enterNamespace } from '../support/netns.ts';

const skip = enterNamespace(import.meta.url);

kernelContract('real kernel', skip, (t) => {
  const descriptor = openRouteSocket();
  t.after(() => closeSocket(descriptor));
  return new Conversation(descriptorTransport(descriptor));
});
