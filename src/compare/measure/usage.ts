import type { TreeUsage } from '../../lab/process-tree.ts';
import type { Agent } from '../agent.ts';
import type { Turn } from './turn.ts';

const NOTHING: TreeUsage = { processorMs: 0, residentMiB: 0 };

/** Which of the measurements the usage belongs to. */
export type Phase = 'start' | 'burst' | 'traffic' | 'steady' | 'changes' | 'idle';

/** Does the work and records what the agent used of the processor meanwhile, and of memory at its end. */
export async function withUsage<T>(
  turn: Turn,
  agent: Agent,
  phase: Phase,
  work: () => Promise<T>,
  shares?: readonly number[],
): Promise<T> {
  const before = agent.usage();
  const result = await work();
  recordUsage(turn, agent, phase, before, shares);
  return result;
}

/** Records what the agent used since `before`: since its start unless told. */
export function recordUsage(
  { recorder, cell }: Turn,
  agent: Agent,
  phase: Phase,
  before = NOTHING,
  shares: readonly (number | undefined)[] = [undefined],
): void {
  const after = agent.usage();
  for (const share of shares) {
    recorder.add(cell, `usage.${phase}.cpu`, [after.processorMs - before.processorMs], share);
    recorder.add(cell, `usage.${phase}.memory`, [after.residentMiB], share);
  }
}
