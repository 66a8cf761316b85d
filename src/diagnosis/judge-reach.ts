import type { DevicePlan } from '../overlay/device.ts';
import type { Ground } from './ground.ts';
import { ALL_DIRECT, NO_PEERS, NO_TUNNEL, type Outcome } from './outcome.ts';
import type { Reach } from './reach.ts';

/** Judges how other hosts are reached; where there is no tunnel, or nobody to reach by it, that is the outcome. */
export async function judgeReach(
  { standing: { tunnel, leases }, reach }: Ground,
  judge: (reached: readonly Reach[], plan: DevicePlan) => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  if (tunnel === undefined) {
    return NO_TUNNEL;
  }
  const reached = await reach();
  if (reached.length === 0) {
    return leases.length === 0 ? NO_PEERS : ALL_DIRECT;
  }
  return judge(reached, tunnel.plan);
}
