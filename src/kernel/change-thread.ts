import { workerData } from 'node:worker_threads';
import { portToMain, runBlockingLoop } from './blocking-loop.ts';
import { ChangeReader } from './change-reader.ts';
import { descriptorTransport } from './transport.ts';

/** The thread that waits for changes of the kernel's tables and tells main of them. */
function run(start: { readonly descriptor: number; readonly control: SharedArrayBuffer }): void {
  const port = portToMain('change-thread');
  const reader = new ChangeReader(descriptorTransport(start.descriptor), () => port.postMessage('changed'));
  runBlockingLoop({ control: start.control, port, step: () => reader.step(), take: () => undefined });
}

run(workerData);
