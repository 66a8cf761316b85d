import type { Log } from '../../src/base/log.ts';
import type { Self } from '../../src/leases/judge.ts';
import type { HostIdentity } from '../../src/leases/lease.ts';
import { encodeLeaseValue } from '../../src/leases/lease-value.ts';
import type { StoredLease } from '../../src/leases/store.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { PREFIX } from './memory-store.ts';

/** Host number n (1 to 250): PublicIP 10.99.0.n and MAC 02:00:00:00:00:nn. */
export function hostIdentity(n: number): HostIdentity {
  const pair = n.toString(16).padStart(2, '0');
  return { publicIp: parseIpv4(`10.99.0.${n}`), mac: parseMac(`02:00:00:00:00:${pair}`), vni: 1 };
}

export function valueOfHost(n: number): string {
  return encodeLeaseValue(hostIdentity(n));
}

/** Host 1, which holds 10.5.1.0/24 of 10.5.0.0/16. */
export const self: Self = {
  network: parsePrefix('10.5.0.0/16'),
  subnet: parsePrefix('10.5.1.0/24'),
  publicIp: hostIdentity(1).publicIp,
  mac: hostIdentity(1).mac,
};

export const range = {
  network: parsePrefix('10.5.0.0/16'),
  subnetLength: 24,
  subnetMin: parseIpv4('10.5.1.0'),
  subnetMax: parseIpv4('10.5.255.0'),
};

export function keyOf(name: string): string {
  return `${PREFIX}/subnets/${name}`;
}

export function stored(name: string, value: string, modRevision = 1n): StoredLease {
  return { key: keyOf(name), name, value, modRevision, leaseId: undefined };
}

/** A log that keeps its lines: level, message and fields. */
export function recordingLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (fields: object, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
}
