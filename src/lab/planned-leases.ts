import { encodeLeaseValue } from '../leases/lease-value.ts';
import { formatSubnetKey } from '../leases/subnet-key.ts';
import { type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import { type Mac, macFromBytes } from '../net/mac.ts';
import type { Etcd } from './etcd.ts';

/** The subnets of remote hosts, a /24 each, and where their tunnels end: one namespace stands for all of them. */
export const REMOTE_SUBNETS = '10.128.0.0/10';
export const FIRST_REMOTE_SUBNET = '10.128.0.0';
export const REMOTE_UNDERLAY = '10.100.0.0/16';

const SUBNETS = parseIpv4(FIRST_REMOTE_SUBNET);
const ENDPOINTS = parseIpv4('10.100.0.0');

/** etcd takes at most 128 operations in a transaction (--max-txn-ops). */
const PER_TRANSACTION = 128;

export interface PlannedLease {
  /** The last part of its key. */
  readonly name: string;
  readonly value: string;
}

export interface LeaseVariant {
  /** 0 to 65535; it is in the MAC, so that a lease can change. */
  readonly generation?: number;
  /** The address of host 0's end of the tunnel; those of the others follow. */
  readonly endpoints?: Ipv4;
}

/** The lease of remote host `number`, from 0 to 16383. */
export function plannedLease(number: number, variant: LeaseVariant = {}): PlannedLease {
  const { generation = 0, endpoints = ENDPOINTS } = variant;
  return {
    name: formatSubnetKey({ address: plannedSubnet(number), length: 24 }),
    value: encodeLeaseValue({ publicIp: endpoints + number, mac: plannedMac(number, generation), vni: 1 }),
  };
}

/** The first address of remote host `number`'s subnet. */
export function plannedSubnet(number: number): Ipv4 {
  return SUBNETS + number * 256;
}

/** @param generation 0 to 65535 */
export function plannedMac(number: number, generation = 0): Mac {
  return macFromBytes(
    Uint8Array.of(0x02, 0x4c, generation >> 8, generation & 0xff, number >> 8, number & 0xff),
  );
}

/**
 * Writes leases, those of one transaction at once.
 *
 * @param prefix etcd's prefix of the cluster
 * @throws LabFault when etcd refuses
 */
export async function putLeases(etcd: Etcd, prefix: string, leases: readonly PlannedLease[]): Promise<void> {
  await inTransactions(etcd, leases, ({ name, value }) => ({
    requestPut: { key: keyOf(prefix, name), value: encode(value) },
  }));
}

/**
 * Deletes leases, those of one transaction at once.
 *
 * @param prefix etcd's prefix of the cluster
 * @throws LabFault when etcd refuses
 */
export async function deleteLeases(
  etcd: Etcd,
  prefix: string,
  leases: readonly PlannedLease[],
): Promise<void> {
  await inTransactions(etcd, leases, ({ name }) => ({ requestDeleteRange: { key: keyOf(prefix, name) } }));
}

async function inTransactions(
  etcd: Etcd,
  leases: readonly PlannedLease[],
  operation: (lease: PlannedLease) => object,
): Promise<void> {
  for (let begin = 0; begin < leases.length; begin += PER_TRANSACTION) {
    const success = leases.slice(begin, begin + PER_TRANSACTION).map(operation);
    await etcd.ask('/v3/kv/txn', { success });
  }
}

function keyOf(prefix: string, name: string): string {
  return encode(`${prefix}/subnets/${name}`);
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}
