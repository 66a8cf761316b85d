import { join } from 'node:path';
import { Daemon } from '../../../src/lab/daemon.ts';
import { BenchFault } from '../bench-fault.ts';
import type { Scene } from '../scene.ts';
import { daemonSide } from '../sides.ts';
import { quantile } from '../statistics.ts';
import { unrecordedProgram } from '../unrecorded-program.ts';
import { burstRounds, turns } from './at-once.ts';
import { disturbanceIn, type Experiment, type Extent } from './experiment.ts';

const RECORDED = 'l3missd';
const UNRECORDED = 'not recorded';

/**
 * The mark leaves 5 %, and on a machine whose cores others share turns differ by half. What a miss costs shows in those that
 * were disturbed least: of thirty turns the fourth from above.
 */
const LEAST_DISTURBED = 0.9;

/** What it takes of the rate that each miss is recorded: the same daemon beside one that forgets how misses end. */
export const recordingCost: Experiment = {
  name: 'recording',
  title: '20,000 destinations at full speed, recorded and not',
  needsRaisedLimits: true,
  figures: ['recorded'],
  seconds: (extent) => 3 + 2 * roundsOf(extent),
  run: async (stage) => {
    const { scene, extent } = stage;
    const host = scene.yardstickHost;
    const daemon = unrecordedDaemon(scene);
    await daemon.start();
    try {
      const sides = [
        daemonSide(scene, { name: RECORDED, host: scene.daemonHost, daemon: scene.daemonHost.daemon }),
        daemonSide(scene, { name: UNRECORDED, host, daemon }),
      ];
      const found = await turns({ ...stage, extent: { ...extent, rounds: roundsOf(extent) } }, sides, 20_000);
      await requireUnrecorded(daemon);
      const rate = (name: string) =>
        quantile(
          found.counted.filter(({ side }) => side === name).map(({ perSecond }) => perSecond),
          LEAST_DISTURBED,
        );
      return {
        findings: [{ name: 'recorded', measured: rate(RECORDED), yardstick: rate(UNRECORDED) }],
        samples: found,
        ...disturbanceIn(found),
      };
    } finally {
      await daemon.stop();
    }
  },
};

/** A short run tells whether it costs half of the rate, for which few turns are enough. */
function roundsOf(extent: Extent): number {
  return extent.short ? extent.rounds : 2 * burstRounds(extent);
}

/** @throws BenchFault when it recorded after all */
async function requireUnrecorded(daemon: Daemon): Promise<void> {
  const { answered } = (await daemon.statistics()).misses;
  if (answered > 0) {
    throw new BenchFault('the daemon that forgets', `${answered} misses recorded`, 'none');
  }
}

/** On the yardstick's host, in the same cluster and on the same processor as the daemon that records. */
function unrecordedDaemon({ yardstickHost, lab, placement }: Scene): Daemon {
  const { namespace, folder } = yardstickHost;
  const program = unrecordedProgram(join(lab.folder, 'unrecorded'));
  return new Daemon({
    namespace,
    folder,
    etcdEndpoint: lab.etcd.endpoint,
    outlive: false,
    program: ['taskset', '--cpu-list', String(placement.agent), ...program],
  });
}
