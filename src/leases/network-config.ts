import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import { ConfigFields } from './config-fields.ts';
import { ConfigFault } from './faults.ts';
import { isRefused, parseGoObject } from './go-json.ts';
import { parseSubnetRange } from './subnet-range.ts';

/** What the cluster agrees on; subnets of `subnetLength` are given out from `subnetMin` to `subnetMax`, both included. */
export interface NetworkConfig {
  /** As read from etcd. */
  readonly text: string;
  readonly network: Prefix;
  readonly subnetLength: number;
  readonly subnetMin: Ipv4;
  readonly subnetMax: Ipv4;
  readonly vni: number;
  /** UDP port of the tunnel. */
  readonly port: number;
  /** The underlay's MTU in bytes, from which the tunnel's 50 are still to be taken; undefined: the interface's. */
  readonly mtu?: number;
  /** Whether hosts on one link are to reach each other's containers without the tunnel. */
  readonly directRouting: boolean;
  /** What the config asks for and does not get, one sentence each. */
  readonly warnings: readonly string[];
}

const DEFAULT_VNI = 1;
/** The kernel takes 24 bits, zero included, but an interface's name, `flannel.<VNI>`, at most 15 characters (IFNAMSIZ). */
const LARGEST_VNI = 9_999_999;
/** The kernel's default (drivers/net/vxlan/vxlan_core.c, vxlan_port), which flannel gets by leaving the port out. */
const DEFAULT_PORT = 8472;
/** IPv4 needs 68 bytes (RFC 791), the tunnel 50. */
const SMALLEST_UNDERLAY_MTU = 118;
const LARGEST_MTU = 65535;

/**
 * Reads flannel's network config with its rules and defaults (pkg/subnet/config.go at v0.28.9), except that an absent
 * Backend is vxlan, as flannel's manual has it, and that SubnetMin above SubnetMax is refused.
 *
 * @param key the etcd key, for messages
 * @throws ConfigFault naming the key and the field
 */
export function parseNetworkConfig(text: string, key: string): NetworkConfig {
  const object = parseGoObject(text);
  if (isRefused(object)) {
    throw new ConfigFault(key, object.refused, 'a JSON object such as {"Network":"10.5.0.0/16"}');
  }
  const fields = new ConfigFields(`${key}: `, object);
  if (fields.flag('EnableIPv4') === false) {
    throw fields.fault('EnableIPv4', 'false', 'true, or leave it out: the overlay is IPv4');
  }
  const backend = vxlanBackend(fields);
  const mtu = mtuOf(backend);
  return {
    text,
    ...parseSubnetRange(fields),
    vni: backend?.count('VNI', 0, LARGEST_VNI) ?? DEFAULT_VNI,
    port: backend?.count('Port', 0, 65535) || DEFAULT_PORT,
    ...(mtu === undefined ? {} : { mtu }),
    directRouting: backend?.flag('DirectRouting') === true,
    warnings: warningsOf(fields, backend),
  };
}

/** The backend's own fields when its type is named. */
function vxlanBackend(fields: ConfigFields): ConfigFields | undefined {
  const backend = fields.nested('Backend');
  const type = backend?.text('Type') ?? '';
  if (backend !== undefined && type !== '' && type.toLowerCase() !== 'vxlan') {
    throw backend.fault('Type', JSON.stringify(type), '"vxlan"');
  }
  return backend;
}

function mtuOf(backend: ConfigFields | undefined): number | undefined {
  const mtu = backend?.count('MTU', 0, LARGEST_MTU) ?? 0;
  if (backend !== undefined && mtu !== 0 && mtu < SMALLEST_UNDERLAY_MTU) {
    throw backend.fault(
      'MTU',
      String(mtu),
      `0 for the interface's, or ${SMALLEST_UNDERLAY_MTU} to ${LARGEST_MTU}`,
    );
  }
  return mtu === 0 ? undefined : mtu;
}

const unservedOptions = [
  ['EnableIPv6', 'EnableIPv6 is not served: only IPv4 is carried'],
  ['EnableNFTables', 'EnableNFTables is not served: no firewall rules are written'],
] as const;

const unservedBackendOptions = [
  ['GBP', 'Backend.GBP is not served: the device is made without group policy'],
  ['Learning', 'Backend.Learning is not served: forwarding entries come from leases only'],
] as const;

function warningsOf(fields: ConfigFields, backend: ConfigFields | undefined): string[] {
  const untyped = (backend?.text('Type') ?? '') === '';
  return [
    ...(untyped ? ['no Backend.Type is given: taken as vxlan, where flannel would take it as udp'] : []),
    ...unservedOptions.filter(([name]) => fields.flag(name) === true).map(([, warning]) => warning),
    ...unservedBackendOptions.filter(([name]) => backend?.flag(name) === true).map(([, warning]) => warning),
  ];
}
