import { encodeLeaseValue } from '../../src/leases/lease-value.ts';
import { formatSubnetKey } from '../../src/leases/subnet-key.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { type Mac, macFromBytes } from '../../src/net/mac.ts';

/** The network of the benchmark: remote hosts' leases in its lower half, those of its own hosts in the upper one. */
export const NETWORK_CONFIG = JSON.stringify({
  Network: '10.128.0.0/9',
  SubnetMin: '10.192.0.0',
  SubnetMax: '10.192.7.0',
  Backend: { Type: 'vxlan' },
});
export const REMOTE_SUBNETS = '10.128.0.0/10';
export const OWN_SUBNETS = '10.192.0.0/10';
/** Where remote hosts' tunnels end; one namespace stands for all of them. */
export const REMOTE_UNDERLAY = '10.100.0.0/16';

export const FIRST_REMOTE_SUBNET = '10.128.0.0';

const ENDPOINTS = parseIpv4('10.100.0.0');
const SUBNETS = parseIpv4(FIRST_REMOTE_SUBNET);

export interface PlannedLease {
  /** The last part of its key. */
  readonly name: string;
  readonly value: string;
}

/**
 * The lease of remote host `number`, from 0 on. A host's `generation` is in its MAC, so that its lease can change.
 */
export function plannedLease(number: number, generation = 0): PlannedLease {
  return {
    name: formatSubnetKey({ address: SUBNETS + number * 256, length: 24 }),
    value: encodeLeaseValue({ publicIp: ENDPOINTS + number, mac: plannedMac(number, generation), vni: 1 }),
  };
}

/** @param generation 0 to 65535 */
export function plannedMac(number: number, generation = 0): Mac {
  return macFromBytes(
    Uint8Array.of(0x02, 0x4c, generation >> 8, generation & 0xff, number >> 8, number & 0xff),
  );
}
