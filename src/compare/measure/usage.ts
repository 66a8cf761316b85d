import type { TreeUsage } from '../../lab/process-tree.ts';
import type { Agent } from '../agent.ts';
import type { Turn } from './turn.ts';

/** Which of the measurements the usage belongs to. */
export type Phase = 'start' | 'burst' | 'traffic' | 'steady' | 'changes' | 'idle';

/** What the agent uses of the processor in one of the measurements, whatever it does in the pauses of that. */
export class Usage {
  readonly #turn: Turn;
  readonly #agent: Agent;
  readonly #phase: Phase;
  #processorMs = 0;

  constructor(turn: Turn, agent: Agent, phase: Phase) {
    this.#turn = turn;
    this.#agent = agent;
    this.#phase = phase;
  }

  /** Does a part of the work, and counts what the agent uses meanwhile. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#agent.usage().processorMs;
    const result = await work();
    this.#processorMs += this.#agent.usage().processorMs - before;
    return result;
  }

  /** Records that, and the memory that the agent has now. */
  record(shares?: readonly number[]): void {
    recordUsage(this.#turn, this.#phase, { ...this.#agent.usage(), processorMs: this.#processorMs }, shares);
  }
}

/** Records what the agent has used since its start. */
export function recordUsageOfStart(turn: Turn, agent: Agent): void {
  recordUsage(turn, 'start', agent.usage());
}

function recordUsage(
  { recorder, cell }: Turn,
  phase: Phase,
  { processorMs, residentMiB }: TreeUsage,
  shares: readonly (number | undefined)[] = [undefined],
): void {
  for (const share of shares) {
    recorder.add(cell, `usage.${phase}.cpu`, [processorMs], share);
    recorder.add(cell, `usage.${phase}.memory`, [residentMiB], share);
  }
}
