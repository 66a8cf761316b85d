import { readdirSync } from 'node:fs';
import { Conversation } from '../../src/kernel/conversation.ts';
import { addVxlan, listLinks, setUp } from '../../src/kernel/links.ts';
import { openRouteSocket } from '../../src/kernel/sockets.ts';
import { descriptorTransport } from '../../src/kernel/transport.ts';
import { ResolverHandle } from '../../src/misses/resolver-handle.ts';
import { randomMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { modeOf } from '../../src/overlay/modes.ts';

/**
 * A process with a resolver whose thread blocks in its read, which then ends in the way that the first argument
 * names. Run inside a network namespace of its own.
 */
const kernel = new Conversation(descriptorTransport(openRouteSocket()));
kernel.request('create', addVxlan('flannel.1', randomMac(), 1450, { id: 1, port: 8472, learning: 0 }));
const link = listLinks(kernel).find(({ name }) => name === 'flannel.1');
const ifindex = link?.ifindex ?? 0;
kernel.request('up', setUp(ifindex));
const threadsBefore = countThreads();
const resolver = new ResolverHandle({
  ifindex,
  network: parsePrefix('10.5.0.0/16'),
  ownSubnet: parsePrefix('10.5.255.0/24'),
  mode: modeOf('lazy'),
  maximum: 10,
  idleTimeout: 0,
  onFailure: () => process.exit(9),
});
// Answered only by a thread that runs; right after it the thread blocks again.
await resolver.apply([], true);

const ways: Record<string, () => unknown> = {
  exit: () => process.exit(3),
  throw: () => setImmediate(() => JSON.parse('not JSON')),
  reject: () => void Promise.reject(new SyntaxError('nobody handles this')),
  stop: () => resolver.stop(),
  'stop, then exit with the number of threads left over': async () => {
    await resolver.stop();
    process.exit(countThreads() - threadsBefore);
  },
  signal: () => process.kill(process.pid, 'SIGTERM'),
};
process.stdout.write('blocked\n');
await ways[process.argv[2] ?? '']?.();

function countThreads(): number {
  return readdirSync('/proc/self/task').length;
}
