import { formatIpv4, type Ipv4, isIpv4, parseIpv4 } from '../net/ipv4.ts';
import { contains, formatPrefix, type Prefix, parsePrefix, prefixOf, sizeOf } from '../net/prefix.ts';
import type { ConfigFields } from './config-fields.ts';

/** Which subnets hosts may hold: those of `subnetLength` from `subnetMin` to `subnetMax`, both included. */
export interface SubnetRange {
  readonly network: Prefix;
  readonly subnetLength: number;
  readonly subnetMin: Ipv4;
  readonly subnetMax: Ipv4;
}

/** A host's subnet needs room for the tunnel's address and a bridge. */
const LONGEST_SUBNET = 30;
/** Four subnets of the longest kind. */
const LONGEST_NETWORK = 28;
const USUAL_SUBNET = 24;

/**
 * Reads Network, SubnetLen, SubnetMin and SubnetMax with the rules of CheckNetworkConfig
 * (pkg/subnet/config.go at flannel v0.28.9).
 *
 * @throws ConfigFault
 */
export function parseSubnetRange(fields: ConfigFields): SubnetRange {
  const network = networkOf(fields);
  const subnetLength = subnetLengthOf(fields, network);
  const step = sizeOf({ address: 0, length: subnetLength });
  // flannel leaves the first subnet out, because its first address is the network's own.
  const subnetMin = boundOf(fields, 'SubnetMin', network, subnetLength) ?? network.address + step;
  const subnetMax =
    boundOf(fields, 'SubnetMax', network, subnetLength) ?? network.address + sizeOf(network) - step;
  if (subnetMin > subnetMax) {
    throw fields.fault('SubnetMin', formatIpv4(subnetMin), `at most SubnetMax, ${formatIpv4(subnetMax)}`);
  }
  return { network, subnetLength, subnetMin, subnetMax };
}

/** Tells whether a host of this cluster may hold the subnet. */
export function inRange(range: SubnetRange, subnet: Prefix): boolean {
  return (
    subnet.length === range.subnetLength &&
    subnet.address >= range.subnetMin &&
    subnet.address <= range.subnetMax &&
    prefixOf(subnet.address, subnet.length).address === subnet.address
  );
}

/** How many subnets there are to give out. */
export function subnetCount(range: SubnetRange): number {
  return (range.subnetMax - range.subnetMin) / sizeOf({ address: 0, length: range.subnetLength }) + 1;
}

export function describeRange(range: SubnetRange): string {
  return `${formatIpv4(range.subnetMin)} to ${formatIpv4(range.subnetMax)} in steps of /${range.subnetLength}`;
}

function networkOf(fields: ConfigFields): Prefix {
  const text = fields.text('Network') ?? '';
  const allowed = 'an IPv4 network such as "10.5.0.0/16"';
  let network: Prefix;
  try {
    network = parsePrefix(text);
  } catch (error) {
    throw fields.fault('Network', text === '' ? 'missing' : JSON.stringify(text), allowed, error);
  }
  if (network.length === 0) {
    throw fields.fault('Network', JSON.stringify(text), allowed);
  }
  return network;
}

function subnetLengthOf(fields: ConfigFields, network: Prefix): number {
  // Four subnets must fit: the first is not used, and one more host alone would be no network.
  const shortest = network.length + 2;
  if (network.length > LONGEST_NETWORK) {
    throw fields.fault('Network', formatPrefix(network), `a prefix length of at most ${LONGEST_NETWORK}`);
  }
  const given = fields.count('SubnetLen', 0, 32) ?? 0;
  if (given === 0) {
    return Math.max(shortest, USUAL_SUBNET);
  }
  if (given > LONGEST_SUBNET || given < shortest) {
    throw fields.fault(
      'SubnetLen',
      String(given),
      `${shortest} to ${LONGEST_SUBNET} in ${formatPrefix(network)}`,
    );
  }
  return given;
}

/** SubnetMin or SubnetMax; 0.0.0.0 counts as absent, as in flannel. */
function boundOf(fields: ConfigFields, name: string, network: Prefix, length: number): Ipv4 | undefined {
  const text = fields.text(name);
  if (text === undefined || text === '0.0.0.0') {
    return undefined;
  }
  if (!isIpv4(text)) {
    throw fields.fault(name, JSON.stringify(text), 'an IPv4 address such as "10.5.1.0"');
  }
  const address = parseIpv4(text);
  if (!contains(network, address)) {
    throw fields.fault(name, text, `an address inside ${formatPrefix(network)}`);
  }
  if (prefixOf(address, length).address !== address) {
    throw fields.fault(
      name,
      text,
      `a /${length} boundary such as ${formatIpv4(prefixOf(address, length).address)}`,
    );
  }
  return address;
}
