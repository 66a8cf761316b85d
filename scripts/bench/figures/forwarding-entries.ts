import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { confinedTo } from '../../../src/lab/confined.ts';
import { builtProgram } from '../../../src/lab/daemon.ts';
import { inTurns } from '../../../src/lab/in-turns.ts';
import { alternate, median } from '../statistics.ts';
import { disturbance, disturbanceIn, type Experiment, type Stage } from './experiment.ts';

const ENTRIES = 10_000;
const DEVICE = 'bench0';
/** Turns take half a second, and each begins with other places in the processors' caches: 27 to 52 ms, C 18 to 35. */
const TURNS_PER_ROUND = 5;
const SIDES = ['l3missd', 'C, batched'] as const;

const outcome = z.object({ nanoseconds: z.number().positive() });

/** The forwarding entries of 10,000 leases, from the decoded leases to the kernel's last acknowledgement. */
export const forwardingEntries: Experiment = {
  name: 'forwarding',
  title: `forwarding entries of ${ENTRIES} leases`,
  needsRaisedLimits: false,
  figures: ['forwarding'],
  seconds: ({ rounds }) => (rounds * TURNS_PER_ROUND) / 2,
  run: async (stage) => {
    const order = alternate(SIDES, stage.extent.rounds * TURNS_PER_ROUND);
    const found = await inTurns(order, disturbance(order.length, stage.extent), async (side) => ({
      side,
      milliseconds: await turn(stage, side),
    }));
    const of = (name: string) =>
      median(found.counted.filter(({ side }) => side === name).map(({ milliseconds }) => milliseconds));
    return {
      findings: [{ name: 'forwarding', measured: of('l3missd'), yardstick: of('C, batched') }],
      samples: found,
      ...disturbanceIn(found),
    };
  },
};

/**
 * Each turn has a new process and a new device. Nothing else happens meanwhile, so both sides may use both processors:
 * compiling JavaScript is work that V8 does beside the main thread, as it would in the daemon.
 */
async function turn({ scene }: Stage, side: (typeof SIDES)[number]): Promise<number> {
  const { namespace } = scene.yardstickHost;
  const program = fileURLToPath(new URL('../forwarding-program.js', import.meta.url));
  const interpreter = builtProgram().slice(0, -1);
  const command = side === 'l3missd' ? [...interpreter, program] : [scene.programs.forwarding];
  const { traffic, agent } = scene.placement;
  await namespace.configure(`link add ${DEVICE} type vxlan id 77 dstport 8473 nolearning`);
  try {
    const printed = await namespace.run(...confinedTo(traffic, agent), ...command, DEVICE, String(ENTRIES));
    return outcome.parse(JSON.parse(printed)).nanoseconds / 1e6;
  } finally {
    await namespace.configure(`link delete ${DEVICE}`);
  }
}
