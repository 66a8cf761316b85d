import { AddressFault } from './address-fault.ts';
import { formatIpv4, type Ipv4, isIpv4, parseIpv4 } from './ipv4.ts';

/** An IPv4 network: `address` has its host bits zero, `length` is 0 to 32. */
export type Prefix = { readonly address: Ipv4; readonly length: number };

/** The netmask of a prefix length (0 to 32) as an unsigned number. */
export function maskOf(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

/** The prefix of `length` that holds the address: its host bits are cleared. */
export function prefixOf(address: Ipv4, length: number): Prefix {
  return { address: (address & maskOf(length)) >>> 0, length };
}

/**
 * Parses `a.b.c.d/len`. Host bits are cleared, as Go's net.ParseCIDR does for its network.
 *
 * @throws AddressFault naming `thing`
 */
export function parsePrefix(text: string, thing = 'network'): Prefix {
  const match = /^([0-9.]+)\/(\d{1,2})$/.exec(text);
  const address = match?.[1];
  const length = Number(match?.[2]);
  if (address === undefined || !isIpv4(address) || length > 32) {
    throw new AddressFault(thing, JSON.stringify(text), 'an IPv4 network such as 10.5.0.0/16');
  }
  return prefixOf(parseIpv4(address), length);
}

/**
 * The same for a network that somebody asks for: host bits are refused, since they leave open whether the one address or its
 * whole network is meant.
 *
 * @throws AddressFault naming `thing`
 */
export function parseNetwork(text: string, thing = 'network'): Prefix {
  const network = parsePrefix(text, thing);
  const address = text.slice(0, text.indexOf('/'));
  if (parseIpv4(address) !== network.address) {
    const allowed = `the network ${formatPrefix(network)}, or the address ${address}/32`;
    throw new AddressFault(thing, JSON.stringify(text), allowed);
  }
  return network;
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatIpv4(prefix.address)}/${prefix.length}`;
}

export function contains(prefix: Prefix, address: Ipv4): boolean {
  return (address & maskOf(prefix.length)) >>> 0 === prefix.address;
}

/** Tells whether `inner` lies wholly inside `outer`. */
export function covers(outer: Prefix, inner: Prefix): boolean {
  return inner.length >= outer.length && contains(outer, inner.address);
}

export function overlaps(one: Prefix, other: Prefix): boolean {
  return covers(one, other) || covers(other, one);
}

export function samePrefix(one: Prefix, other: Prefix): boolean {
  return one.address === other.address && one.length === other.length;
}

/** How many addresses the prefix holds: 1 to 2^32. */
export function sizeOf(prefix: Prefix): number {
  // Not a power, for which compiled code calls a function: it is asked for with each address of a subnet.
  return prefix.length === 0 ? 2 ** 32 : (1 << (32 - prefix.length)) >>> 0;
}
