import { Budget } from './budget.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/**
 * A log for what others may cause again and again, faster than anybody reads. Each message has a budget (messages are few
 * and constant); what is left out of one is counted in its next line.
 */
export function boundedLog(log: Log, clock: Pick<Clock, 'monotonic'>): Log {
  const told = new Map<string, { readonly budget: Budget; leftOut: number }>();
  const write = (level: keyof Log) => (fields: object, message: string) => {
    const state = told.get(message) ?? { budget: new Budget(clock), leftOut: 0 };
    told.set(message, state);
    if (!state.budget.take()) {
      state.leftOut += 1;
      return;
    }
    const { leftOut } = state;
    state.leftOut = 0;
    log[level](leftOut === 0 ? fields : { ...fields, leftOut }, message);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
