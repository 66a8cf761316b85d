import { readlinkSync } from 'node:fs';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Conversation } from '../kernel/conversation.ts';
import { descriptorTransport } from '../kernel/transport.ts';
import { Counters } from './counters.ts';
import { Resolver } from './resolver.ts';
import {
  type LeasesMessage,
  POSTED,
  type ResolverMessage,
  type ResolverStart,
  STOP,
} from './resolver-messages.ts';
import { ThreadFault } from './thread-fault.ts';
import { UnknownAddresses } from './unknown-addresses.ts';

/**
 * The resolver thread: reads misses until it is told to stop. It never returns to its event loop meanwhile, so what
 * main posts is fetched by hand.
 */
function run(start: ResolverStart): void {
  const port = parentPort;
  if (port === null) {
    throw new ThreadFault('resolver-thread', 'started as a program', 'a worker thread of the agent');
  }
  const control = new Int32Array(start.control);
  const unknown = new UnknownAddresses(() => performance.now());
  const resolver = new Resolver({
    ifindex: start.ifindex,
    network: start.network,
    misses: descriptorTransport(start.missDescriptor),
    conversation: new Conversation(descriptorTransport(start.routeDescriptor)),
    counters: new Counters(start.counters),
    maximum: start.maximum,
    now: () => performance.now(),
    onUnknown: (address) => {
      if (unknown.shouldTell(address)) {
        port.postMessage({ kind: 'unknown', address } satisfies ResolverMessage);
      }
    },
  });
  port.postMessage({ kind: 'running', threadId: ownThreadId() } satisfies ResolverMessage);
  let posted = 0;
  // A function of its own, because V8 optimises what is called often, and a loop that never ends only with luck.
  const turn = () => {
    resolver.step();
    if (Atomics.load(control, POSTED) !== posted) {
      posted = Atomics.load(control, POSTED);
      takePosted(port, resolver);
    }
    return Atomics.load(control, STOP) === 0;
  };
  while (turn());
}

function takePosted(port: MessagePort, resolver: Resolver): void {
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    const { id, changes, complete }: LeasesMessage = next.message;
    resolver.apply(changes, complete, () =>
      port.postMessage({ kind: 'rewritten', id } satisfies ResolverMessage),
    );
  }
}

/** The kernel's number of this thread, which Node does not tell: /proc/thread-self is `PID/task/TID` (proc(5)). */
function ownThreadId(): number {
  return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
}

run(workerData);
