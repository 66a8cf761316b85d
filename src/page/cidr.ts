/** An IPv4 prefix: the bits of `address` that `mask` has. */
export interface Cidr {
  readonly address: number;
  readonly mask: number;
}

/** The address as a number of 32 bits; undefined when the text is none: four numbers up to 255 without leading zeros. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** `10.5.2.0/24`, and an address alone as /32; undefined when the text is neither. Bits behind the mask do not matter. */
export function parseCidr(text: string): Cidr | undefined {
  const [first = '', length = '32', ...rest] = text.split('/');
  const address = parseAddress(first);
  if (address === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) > 32) {
    return undefined;
  }
  // A shift by 32 is one by 0 in JavaScript.
  const mask = length === '0' || length === '00' ? 0 : (-1 << (32 - Number(length))) >>> 0;
  return { address: (address & mask) >>> 0, mask };
}

export function isInside({ address, mask }: Cidr, candidate: number): boolean {
  return (candidate & mask) >>> 0 === address;
}
