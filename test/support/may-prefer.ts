import { readFileSync } from 'node:fs';

/** include/uapi/linux/capability.h */
const CAP_SYS_NICE = 23n;

/**
 * Whether this process may raise priorities: CAP_SYS_NICE counts in the initial user namespace only, where the map of
 * users is the identity.
 */
export function mayPrefer(): boolean {
  const [, capabilities = '0'] =
    /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  const initial = /^\s*0\s+0\s+4294967295$/m.test(readFileSync('/proc/self/uid_map', 'utf8'));
  return initial && ((BigInt(`0x${capabilities}`) >> CAP_SYS_NICE) & 1n) === 1n;
}
