import { setTimeout as delay } from 'node:timers/promises';
import { KernelThreads } from '../../scripts/bench/kernel-threads.ts';
import { placement } from '../../src/lab/machine.ts';

/** Started as a program: moves the threads of the kernel as the benchmark does, and waits, or ends. */
const [, , mark, way] = process.argv;
process.stdout.write(`${new KernelThreads(mark).leave(placement())}\n`);
await delay(way === 'waits' ? 60_000 : 0, undefined);
