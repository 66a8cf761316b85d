import { systemClock } from '../../base/clock.ts';
import { podAddress } from '../address-plan.ts';
import type { Agent } from '../agent.ts';
import { ChangingNodes, changeSizes, TOO_FEW_FOR_MANY } from '../cluster-changes.ts';
import { CHANGE_KINDS, CHANGE_SIZES, type ChangeKind, type ChangeSize } from '../figures-of-changes.ts';
import type { Slices } from '../slices.ts';
import { monotonicMs } from '../traffic/verbs.ts';
import type { Turn } from './turn.ts';
import { Usage } from './usage.ts';

const PATIENCE_MS = 5000;
/** The traffic program is at it by then. */
const RUN_UP_MS = 10;
/** A change is over within milliseconds, so a round has several; but none after one that was not followed. */
const TIMES = { 1: 8, 100: 3 } as const;

/** Nodes join, move and leave, one and then a hundred at once, and each time pings tell when the first packet feels it. */
export async function* measureChanges(turn: Turn, agent: Agent): Slices {
  const sizes = changeSizes(turn.nodes);
  if (sizes.length < CHANGE_SIZES.length) {
    turn.recorder.leaveOut(TOO_FEW_FOR_MANY);
  }
  const usage = new Usage(turn, agent, 'changes');
  for (const size of sizes) {
    const changing = new ChangingNodes(turn.scene, turn.stand, turn.nodes, size);
    const found: Found = { missed: 0, times: { join: [], move: [], leave: [] } };
    for (let time = 0; time < TIMES[size] && found.missed === 0; time++) {
      await usage.during(() => comeMoveAndGo(turn, changing, found));
      yield;
    }
    recordChanges(turn, size, found);
  }
  usage.record();
}

interface Found {
  readonly times: Record<ChangeKind, number[]>;
  missed: number;
}

function recordChanges({ recorder, cell }: Turn, size: ChangeSize, { times, missed }: Found): void {
  recorder.add(cell, 'change.missed', [missed]);
  for (const kind of CHANGE_KINDS) {
    recorder.add(cell, `change.${kind}.${size}`, times[kind]);
  }
}

async function comeMoveAndGo(turn: Turn, changing: ChangingNodes, found: Found): Promise<void> {
  for (const kind of CHANGE_KINDS) {
    const moments = await change(turn, changing, kind);
    const followed = moments.filter((moment) => moment !== null);
    found.missed += moments.length - followed.length;
    if (followed.length === moments.length) {
      found.times[kind].push(Math.max(...followed));
    }
  }
  await changing.returnToUnderlay();
}

/** Gives for each node after how many milliseconds packets felt the change, null where they did not. */
async function change(
  { stand }: Turn,
  changing: ChangingNodes,
  kind: ChangeKind,
): Promise<(number | null)[]> {
  if (kind === 'move') {
    await changing.leaveUnderlay();
  }
  const destinations = changing.numbers.map((node) => podAddress(node, 0));
  const wanted = kind === 'leave' ? 'silence' : 'answers';
  const watching = stand.traffic.until(destinations, wanted, PATIENCE_MS);
  await systemClock.sleep(RUN_UP_MS, stand.host.namespace.gate.signal);
  const begin = monotonicMs();
  const [{ moments }] = await Promise.all([watching, changing.publish(kind)]);
  // The sender notes the time and then sends: where it stands still between the two, the change comes first.
  return moments.map((moment) => (moment === null ? null : Math.max(moment - begin, 0)));
}
