import { join } from 'node:path';
import { confinedTo } from '../../../src/lab/confined.ts';
import { Daemon } from '../../../src/lab/daemon.ts';
import { allOf } from '../../../src/lab/in-turns.ts';
import { BenchFault } from '../bench-fault.ts';
import { periodicProgram } from '../periodic-program.ts';
import { type BurstFiles, readArrivals } from '../samples.ts';
import type { Scene } from '../scene.ts';
import { daemonSide } from '../sides.ts';
import { ratesLeft } from '../spells.ts';
import { median } from '../statistics.ts';
import { burstRounds, turns } from './at-once.ts';
import { disturbanceIn, type Experiment, type Extent } from './experiment.ts';

/** The mark leaves 5 %, and two spells side by side differ by a third: a turn gives a dozen pairs of them. */
const TIMES = 4;

/** Of the misses those that were recorded are half, give or take what the machine did in the one spell or the other. */
const RECORDED = { least: 0.3, most: 0.7 };

/** What it takes of the rate that each miss is recorded: a daemon that forgets, every other spell, how misses end. */
export const recordingCost: Experiment = {
  name: 'recording',
  title: '20,000 destinations at full speed, recorded and not',
  needsRaisedLimits: true,
  figures: ['recorded'],
  seconds: (extent) => 3 + roundsOf(extent),
  run: async (stage) => {
    const { scene, extent } = stage;
    const daemon = periodicDaemon(scene);
    await daemon.start();
    try {
      const side = daemonSide(scene, { name: 'l3missd', host: scene.yardstickHost, daemon });
      const found = await turns(
        { ...stage, extent: { ...extent, rounds: roundsOf(extent) } },
        [side],
        20_000,
        turnOf,
      );
      // The turns that the hypervisor disturbed count too: it takes no notice of spells.
      const all = allOf(found);
      await requirePeriodic(daemon, [...found.warmUp, ...all]);
      return {
        findings: [{ name: 'recorded', measured: median(all.flatMap((turn) => turn.ratesLeft)) }],
        samples: found,
        ...disturbanceIn(found),
      };
    } finally {
      await daemon.stop();
    }
  },
};

interface Turn {
  readonly answered: number;
  readonly ratesLeft: readonly number[];
}

function turnOf({ arrived }: BurstFiles): Turn {
  const times = readArrivals(arrived);
  return { answered: times.filter((time) => time > 0).length, ratesLeft: ratesLeft(times) };
}

/** A short run tells whether it costs half of the rate, for which few turns are enough. */
function roundsOf(extent: Extent): number {
  return extent.short ? extent.rounds : TIMES * burstRounds(extent);
}

/**
 * @param turns all that the daemon had, for it has counted since it began
 * @throws BenchFault when it recorded all the time after all, or never
 */
async function requirePeriodic(daemon: Daemon, turns: readonly Turn[]): Promise<void> {
  const answered = turns.reduce((sum, turn) => sum + turn.answered, 0);
  const recorded = (await daemon.statistics()).misses.answered / answered;
  if (!(recorded >= RECORDED.least && recorded <= RECORDED.most)) {
    const allowed = `${RECORDED.least} to ${RECORDED.most}`;
    throw new BenchFault('the daemon that forgets', `${recorded} of the misses recorded`, allowed);
  }
}

/** On the yardstick's host, in the same cluster and on the same processor as the daemon that answers otherwise. */
function periodicDaemon({ yardstickHost, lab, placement }: Scene): Daemon {
  const { namespace, folder } = yardstickHost;
  const program = periodicProgram(join(lab.folder, 'periodic'));
  return new Daemon({
    namespace,
    folder,
    etcdEndpoint: lab.etcd.endpoint,
    outlive: false,
    program: [...confinedTo(placement.agent), ...program],
  });
}
