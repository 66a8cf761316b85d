import { outermostNodes, probeAddress } from '../address-plan.ts';
import { Agent } from '../agent.ts';
import type { Schedule } from '../schedule.ts';
import type { Turn } from './turn.ts';
import { recordUsageOfStart } from './usage.ts';

/**
 * Starts the contestant from nothing and records how long it took until it was ready: the subnet file is written and the
 * first, the middle and the last node have answered. One that leaves nodes out of reach goes on without that figure.
 *
 * @throws CompareFault when it does not become ready
 */
export async function timedStart(
  turn: Turn,
  { readyWithinMs, reachedWithinMs }: Pick<Schedule, 'readyWithinMs' | 'reachedWithinMs'>,
): Promise<Agent> {
  const { stand, contestant, nodes, recorder, cell } = turn;
  const agent = await Agent.start(stand, contestant, { readyWithinMs });
  const probes = outermostNodes(nodes).map(probeAddress);
  const [written, { moments }] = await Promise.all([
    agent.subnetFileWritten(),
    stand.traffic.until(probes, 'answers', reachedWithinMs),
  ]);
  agent.assertRunning();
  const reached = moments.filter((moment) => moment !== null);
  if (reached.length < probes.length) {
    const found = `${probes.length - reached.length} of ${probes.length} nodes`;
    recorder.leaveOut(
      `Ready, for ${contestant.name} with ${nodes} nodes in round ${cell.round}: ${found} did not answer in time.`,
    );
  }
  const ready = reached.length < probes.length ? [] : [Math.max(written, ...reached) - agent.startedAt];
  recorder.add(cell, 'start.ready', ready);
  recordUsageOfStart(turn, agent);
  return agent;
}
