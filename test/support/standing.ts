import type { Standing } from '../../src/diagnosis/standing.ts';
import type { Lease } from '../../src/leases/lease.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { modeOf } from '../../src/overlay/modes.ts';

export const NETWORK = parsePrefix('10.5.0.0/16');
export const OWN_SUBNET = parsePrefix('10.5.1.0/24');
export const OWN_MAC = parseMac('02:00:00:00:00:01');

/** Host 7: 10.5.7.0/24 at 10.99.0.17. */
export const LEASE: Lease = {
  key: '/coreos.com/network/subnets/10.5.7.0-24',
  subnet: parsePrefix('10.5.7.0/24'),
  publicIp: parseIpv4('10.99.0.17'),
  mac: parseMac('02:00:00:00:00:07'),
  modRevision: 7n,
};

/** A daemon in lazy mode that has listed host 7's lease and stands on that device. */
export function standingOn(
  { ifindex, name }: { readonly ifindex: number; readonly name: string },
  values: Partial<Standing> = {},
): Standing {
  return {
    mode: modeOf('lazy'),
    network: NETWORK,
    subnet: OWN_SUBNET,
    tunnel: {
      device: { ifindex, name, mac: OWN_MAC },
      plan: {
        vni: 1,
        port: 8472,
        mtu: 1450,
        local: parseIpv4('10.99.0.11'),
        underlayIfindex: 1,
        l2miss: false,
      },
    },
    leases: [LEASE],
    listed: true,
    standInWrittenAt: undefined,
    isDirect: () => false,
    ...values,
  };
}
