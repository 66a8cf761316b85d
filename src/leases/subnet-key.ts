import { isIPv6 } from 'node:net';
import { formatIpv4, isIpv4, parseIpv4 } from '../net/ipv4.ts';
import { type Prefix, prefixOf } from '../net/prefix.ts';
import { LeaseFault } from './faults.ts';

/** pkg/subnet/subnet.go at flannel v0.28.9 reads the length with five bits and that of IPv6 with seven. */
const LONGEST_IPV4 = 31;
const LONGEST_IPV6 = 127;

/** The last part of a lease's key, as flannel writes it: `10.5.7.0-24`. */
export function formatSubnetKey(prefix: Prefix): string {
  return `${formatIpv4(prefix.address)}-${prefix.length}`;
}

/**
 * Reads the last part of a lease's key: `10.5.7.0-24`, or `10.5.7.0-24&fd00:7::-64` of a host with both families,
 * whose IPv6 half is checked and left out.
 *
 * flannel takes host bits as they are, so two of its keys can mean one subnet; here they are refused.
 *
 * @throws LeaseFault
 */
export function parseSubnetKey(text: string): Prefix {
  const match = /^(\d+\.\d+\.\d+\.\d+)-(\d{1,2})(?:&([0-9a-f:]+)-(\d{1,3}))?$/.exec(text);
  const address = match?.[1];
  const length = Number(match?.[2]);
  if (
    address === undefined ||
    !isIpv4(address) ||
    length > LONGEST_IPV4 ||
    !isIpv6Half(match?.[3], match?.[4])
  ) {
    throw new LeaseFault(
      'lease key',
      JSON.stringify(text),
      'a subnet such as 10.5.7.0-24 or 10.5.7.0-24&fd00:7::-64',
    );
  }
  const prefix = prefixOf(parseIpv4(address), length);
  if (formatIpv4(prefix.address) !== address) {
    throw new LeaseFault(
      'lease key',
      `${JSON.stringify(text)} has host bits set`,
      `the subnet's first address, ${formatSubnetKey(prefix)}`,
    );
  }
  return prefix;
}

function isIpv6Half(address: string | undefined, length: string | undefined): boolean {
  return address === undefined || (isIPv6(address) && Number(length) <= LONGEST_IPV6);
}
