import { systemClock } from '../../base/clock.ts';
import { podAddress } from '../address-plan.ts';
import type { Agent } from '../agent.ts';
import { ChangingNodes, changeSizes, TOO_FEW_FOR_MANY } from '../cluster-changes.ts';
import { CHANGE_KINDS, CHANGE_SIZES, type ChangeKind } from '../figures-of-changes.ts';
import { monotonicMs } from '../traffic/verbs.ts';
import type { Turn } from './turn.ts';
import { withUsage } from './usage.ts';

const PATIENCE_MS = 5000;
/** The traffic program is at it by then. */
const RUN_UP_MS = 10;

/** Nodes join, move and leave, one and then a hundred at once, and each time pings tell when the first packet feels it. */
export async function measureChanges(turn: Turn, agent: Agent): Promise<void> {
  const sizes = changeSizes(turn.nodes);
  if (sizes.length < CHANGE_SIZES.length) {
    turn.recorder.leaveOut(TOO_FEW_FOR_MANY);
  }
  await withUsage(turn, agent, 'changes', async () => {
    for (const size of sizes) {
      const changing = new ChangingNodes(turn.scene, turn.stand, turn.nodes, size);
      for (const kind of CHANGE_KINDS) {
        await measureOne(turn, changing, kind);
      }
      await changing.returnToUnderlay();
    }
  });
}

async function measureOne(turn: Turn, changing: ChangingNodes, kind: ChangeKind): Promise<void> {
  const { stand, recorder, cell } = turn;
  if (kind === 'move') {
    await changing.leaveUnderlay();
  }
  const destinations = changing.numbers.map((node) => podAddress(node, 0));
  const wanted = kind === 'leave' ? 'silence' : 'answers';
  const watching = stand.traffic.until(destinations, wanted, PATIENCE_MS);
  await systemClock.sleep(RUN_UP_MS, stand.host.namespace.gate.signal);
  const begin = monotonicMs();
  const [{ moments }] = await Promise.all([watching, changing.publish(kind)]);
  const followed = moments.filter((moment) => moment !== null);
  const missed = moments.length - followed.length;
  recorder.add(cell, 'change.missed', [missed]);
  recorder.add(
    cell,
    `change.${kind}.${changing.numbers.length}`,
    missed > 0 ? [] : [Math.max(...followed) - begin],
  );
}
