import { setTimeout as delay } from 'node:timers/promises';
import { BenchFault } from '../../scripts/bench/bench-fault.ts';
import { guarded } from '../../scripts/bench/guarded.ts';
import { TableLimits } from '../../scripts/bench/table-limits.ts';

/** Started as a program: raises limits in a folder of files as the benchmark does, and then ends in the way asked for. */
const [, , folder = '', mark = '', way = ''] = process.argv;
const limits = new TableLimits({ folder, mark });

const WAYS: Readonly<Record<string, () => Promise<void>>> = {
  returns: () => Promise.resolve(),
  throws: () => Promise.reject(new BenchFault('way', 'throws', 'this one')),
  exits: () => Promise.resolve(process.exit(7)),
  crashes: async () => {
    setImmediate(() => {
      throw new BenchFault('way', 'crashes', 'this one');
    });
    await delay(60_000, undefined);
  },
  waits: () => delay(60_000, undefined),
};

try {
  await guarded([limits], { takeDown: () => Promise.resolve() }, async () => {
    limits.raise(1_000_000);
    process.stdout.write('raised\n');
    await WAYS[way]?.();
  });
} catch (error) {
  process.exitCode = error instanceof BenchFault ? 3 : 4;
}
