/**
 * The pause before attempt number `attempt` (0 is the first retry), in milliseconds: 100 ms doubled up to 5 s, of
 * which a random half is taken off so that many hosts do not return to etcd in step.
 */
export function backOff(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(5000, 100 * 2 ** Math.min(attempt, 10));
  return full * (0.5 + 0.5 * random());
}
