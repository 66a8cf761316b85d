import { z } from 'zod';
import type { Host } from '../../src/lab/host.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { ask } from '../../src/status/control-client.ts';
import { type Miss, missSchema } from '../../src/status/miss.ts';
import { MISSES_PATH } from '../../src/status/paths.ts';
import { statsOf } from './static-peer.ts';

/** Nothing is left to answer when nothing was for so long. */
const STANDSTILL_MS = 500;
/** As many as the journal keeps. */
const LATEST = 10_000;

/**
 * Waits until no more misses for addresses without a lease are answered, and gives how many were since there had been `begin`. A
 * daemon that stands still in between is not done before they are `least`.
 */
export async function answeredSince(host: Host, begin: number, least = 1): Promise<number> {
  let before = begin;
  const standsStill = async () => {
    const now = (await statsOf(host)).misses.noLease;
    const same = now === before && now - begin >= least;
    before = now;
    return same;
  };
  await waitUntil('the last answer', standsStill, { interval: STANDSTILL_MS, timeout: 60_000 });
  return before - begin;
}

/** The latest misses, however long the daemon takes to tell them. */
export function latestMisses(host: Host): Promise<Miss[]> {
  return ask(host.daemon.controlSocket, {
    path: `${MISSES_PATH}?limit=${LATEST}`,
    schema: z.array(missSchema),
    timeLimit: 60_000,
  });
}

/** How many of these the resolver read a second, by its own clock. */
export function ratePerSecond(misses: readonly Miss[]): number {
  const seconds = (Date.parse(misses.at(-1)?.at ?? '') - Date.parse(misses[0]?.at ?? '')) / 1000;
  return Math.round(misses.length / seconds);
}
