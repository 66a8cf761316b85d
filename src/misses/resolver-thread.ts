import { readlinkSync } from 'node:fs';
// The global of the same name is found out anew at each look at the clock (Node 20: a getter that loads it when asked).
import { performance } from 'node:perf_hooks';
import { workerData } from 'node:worker_threads';
import { monotonicOrigin } from '../base/clock.ts';
import { portToMain, runBlockingLoop } from '../kernel/blocking-loop.ts';
import { Conversation } from '../kernel/conversation.ts';
import { descriptorTransport } from '../kernel/transport.ts';
import { modeOf } from '../overlay/modes.ts';
import { Counters } from './counters.ts';
import { Recording } from './recording/recording.ts';
import { Resolver } from './resolver.ts';
import type { MainMessage, ResolverMessage, ResolverStart } from './resolver-messages.ts';
import { UnknownAddresses } from './unknown-addresses.ts';

/** The resolver thread: reads misses until it is told to stop. */
function run(start: ResolverStart & { readonly control: SharedArrayBuffer }): void {
  const port = portToMain('resolver-thread');
  const post = (message: ResolverMessage) => port.postMessage(message);
  // Each thread's clock begins with the thread.
  const offset = monotonicOrigin() - start.clockOrigin;
  const now = () => performance.now() + offset;
  const unknown = new UnknownAddresses(now);
  const resolver = new Resolver({
    ifindex: start.ifindex,
    network: start.network,
    ownSubnet: start.ownSubnet,
    mode: modeOf(start.mode),
    misses: descriptorTransport(start.missDescriptor),
    conversation: new Conversation(descriptorTransport(start.routeDescriptor)),
    counters: new Counters(start.counters),
    recording: new Recording(start.recording, now, () => post({ kind: 'recorded' })),
    maximum: start.maximum,
    idleTimeout: start.idleTimeout,
    forwardOnDemand: start.forwardOnDemand,
    now,
    onUnknown: (address) => {
      if (unknown.shouldTell(address)) {
        post({ kind: 'unknown', address });
      }
    },
    setAlarm: (milliseconds) => post({ kind: 'alarm', milliseconds }),
    onMended: (entries) => post({ kind: 'mended', entries }),
    onForwarding: (notice) => post({ kind: 'forwarding', notice }),
  });
  post({ kind: 'running', threadId: ownThreadId() });
  const take = (message: MainMessage) => {
    switch (message.kind) {
      case 'l2miss':
        resolver.repairForwarding(message.mac);
        break;
      case 'wake':
        resolver.wake();
        break;
      case 'compare':
        resolver.compare();
        break;
      case 'compare-routes':
        resolver.compareRoutes();
        break;
      case 'leases':
        resolver.place(message.endpoints);
        resolver.apply(message.changes, message.complete, () => post({ kind: 'rewritten', id: message.id }));
        break;
    }
  };
  runBlockingLoop({
    control: start.control,
    port,
    step: () => resolver.step(),
    take,
  });
}

/** The kernel's number of this thread, which Node does not tell: /proc/thread-self is `PID/task/TID` (proc(5)). */
function ownThreadId(): number {
  return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
}

run(workerData);
