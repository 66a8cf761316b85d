import type { TableCounts } from '../tables.ts';
import type { Turn } from './turn.ts';

export function recordEntries(
  { recorder, cell }: Turn,
  moment: 'start' | 'traffic' | 'idle',
  counts: TableCounts,
  share?: number,
): void {
  recorder.add(cell, `entries.${moment}.routes`, [counts.routes], share);
  recorder.add(cell, `entries.${moment}.neighbours`, [counts.neighbours], share);
  recorder.add(cell, `entries.${moment}.forwarding`, [counts.forwarding], share);
}
