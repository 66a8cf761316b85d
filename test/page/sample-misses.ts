import { type MissRow, rowOf } from '../../src/page/miss-row.ts';
import type { Miss } from '../../src/status/miss.ts';

/** Miss number n, which asked for 10.5.2.n. */
export function missOf(number: number, more: Partial<Miss> = {}): Miss {
  return {
    number,
    at: new Date(Date.UTC(2026, 0, 1) + number).toISOString(),
    kind: 'L3',
    phase: 'first',
    outcome: 'answered',
    destination: `10.5.2.${number % 256}`,
    subnet: '10.5.2.0/24',
    vtep: { address: '10.99.0.12', mac: '02:00:00:00:00:02' },
    latencyMicroseconds: 12.3,
    errno: null,
    ...more,
  };
}

export function rowsOf(from: number, to: number, more: Partial<Miss> = {}): MissRow[] {
  return Array.from({ length: to - from }, (_, index) => rowOf(missOf(from + index, more)));
}
