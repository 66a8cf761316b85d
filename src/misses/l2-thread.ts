import { workerData } from 'node:worker_threads';
import { portToMain, runBlockingLoop } from '../kernel/blocking-loop.ts';
import { descriptorTransport } from '../kernel/transport.ts';
import type { L2Message } from './l2-monitor.ts';
import { L2Reader } from './l2-reader.ts';

/** The thread that waits for frames without a forwarding entry and tells main of them. */
function run(start: { readonly descriptor: number; readonly control: SharedArrayBuffer }): void {
  const port = portToMain('l2-thread');
  const post = (message: L2Message) => port.postMessage(message);
  const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const reader = new L2Reader({
    socket: descriptorTransport(start.descriptor),
    onMiss: (mac) => post({ kind: 'l2miss', mac }),
    onOverrun: () => post({ kind: 'overrun' }),
    now: () => performance.now(),
    pause: (milliseconds) => Atomics.wait(nobody, 0, 0, milliseconds),
  });
  runBlockingLoop({ control: start.control, port, step: () => reader.step(), take: () => undefined });
}

run(workerData);
