import { createHash } from 'node:crypto';
import { encodeLeaseValue } from '../../src/leases/lease-value.ts';
import type { Here, MirrorCopy } from '../../src/leases/mirror-copy.ts';
import type { StoredLease } from '../../src/leases/store.ts';
import { macFromBytes } from '../../src/net/mac.ts';
import { keyOf, self, stored, valueOfHost } from './lease-samples.ts';
import { PREFIX } from './memory-store.ts';

/** Host 1, which writes the copies, as it starts again. */
export const here: Here = { prefix: PREFIX, publicIp: self.publicIp };

/** 1 January 2026. */
export const WRITTEN_AT = Date.UTC(2026, 0, 1);

/** A copy that host 1 writes, at revision 100. */
export function copyWith(leases: readonly StoredLease[]): MirrorCopy {
  return {
    prefix: PREFIX,
    configText: '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan"}}',
    own: { subnet: self.subnet, publicIp: self.publicIp, mac: self.mac },
    revision: 100n,
    leases,
  };
}

/** The lease of host n (2 to 250) on 10.5.n.0/24. */
export function leaseOfHost(n: number): StoredLease {
  return stored(`10.5.${n}.0-24`, valueOfHost(n), BigInt(n));
}

export const sample = copyWith([2, 3, 4].map(leaseOfHost));

/** Host 1's copy of a cluster with that many other hosts, up to 50,000. */
export function largeCopy(count: number): MirrorCopy {
  const leases = Array.from({ length: count }, (_, n): StoredLease => {
    const name = `10.${16 + (n >> 8)}.${n & 255}.0-24`;
    const mac = macFromBytes(Uint8Array.of(2, 0, 0, 1, n >> 8, n & 255));
    const value = encodeLeaseValue({ publicIp: 0xac10_0000 + n, mac, vni: 1 });
    return { key: keyOf(name), name, value, modRevision: BigInt(n + 1), leaseId: undefined };
  });
  return { ...copyWith(leases), configText: '{"Network":"10.0.0.0/8","Backend":{"Type":"vxlan"}}' };
}

/** The file with its payload edited and a checksum that fits again. */
export function resealed(bytes: Buffer, edit: (payload: string) => string): Buffer {
  const end = bytes.indexOf('\n') + 1;
  const payload = edit(bytes.toString('utf8', end));
  const sha256 = createHash('sha256').update(payload).digest('hex');
  const header = bytes.toString('utf8', 0, end).replace(/"sha256":"\w+"/, `"sha256":"${sha256}"`);
  return Buffer.from(header + payload);
}
