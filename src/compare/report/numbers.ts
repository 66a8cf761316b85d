/** A unit in which values are shown, and by what they are divided for it. */
export interface Scale {
  readonly unit: string;
  readonly divisor: number;
}

/** From small to large: how many of the first each of them is. */
const FAMILIES: readonly (readonly (readonly [unit: string, size: number])[])[] = [
  [
    ['ns', 1],
    ['us', 1e3],
    ['ms', 1e6],
    ['s', 1e9],
  ],
  [
    ['B', 1],
    ['KiB', 1024],
    ['MiB', 1024 ** 2],
    ['GiB', 1024 ** 3],
  ],
];

/**
 * The unit in which values of the given one are shown side by side: the largest in which the middle of them, by orders
 * of magnitude, is 1 or more. Units without relatives stay.
 */
export function scaleFor(unit: string, values: readonly number[]): Scale {
  const family = FAMILIES.find((members) => members.some(([name]) => name === unit)) ?? [];
  const own = family.find(([name]) => name === unit)?.[1] ?? 1;
  const sizes = values.map(Math.abs).filter((value) => value > 0);
  if (sizes.length === 0) {
    return { unit, divisor: 1 };
  }
  const middle = Math.sqrt(Math.min(...sizes)) * Math.sqrt(Math.max(...sizes)) * own;
  const [name, size] = family.findLast(([, size]) => size <= middle) ?? family[0] ?? [unit, own];
  return { unit: name, divisor: size / own };
}

/** Three digits that count, commas between thousands, M and G for large ones: `0.062`, `14.2`, `3,010`, `1.25M`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e12 || (size > 0 && size < 1e-4)) {
    return value.toExponential(1);
  }
  if (size >= 1e9) {
    return `${digits(value / 1e9)}G`;
  }
  return size >= 999_999.5 ? `${digits(value / 1e6)}M` : digits(value);
}

/** Without zeros at its end, for numbers that are round: `0.1`, `2,500`, `10M`. */
export function plainText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e12 || (size > 0 && size < 1e-4)) {
    return value.toExponential();
  }
  const [divisor, letter] = size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : [1, ''];
  return `${(value / divisor).toLocaleString('en', { maximumSignificantDigits: 6 })}${letter}`;
}

function digits(value: number): string {
  if (Math.abs(value) >= 100 || Number.isInteger(value)) {
    return value.toLocaleString('en', { maximumFractionDigits: 0 });
  }
  return value.toLocaleString('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
}

/** With its unit, in the scale that fits it alone: `62.1 us`, `3,010`. */
export function quantityText(value: number, unit: string): string {
  return inScale(value, scaleFor(unit, [value]));
}

/** With its unit: `0.062 ms`. */
export function inScale(value: number, { unit, divisor }: Scale): string {
  const number = numberText(value / divisor);
  return unit === '' ? number : `${number} ${unit}`;
}

/** How many times as much, in six characters or less: `0.98x`, `1.04x`, `3.2x`, `251x`, `12.3kx`, `>999kx`. */
export function ratioText(ratio: number): string {
  if (ratio > 0 && ratio < 0.01) {
    return '<0.01x';
  }
  if (ratio >= 9999.5) {
    return ratio >= 999_500 ? '>999kx' : `${digits(ratio / 1000)}kx`;
  }
  const decimals = ratio >= 9.95 || ratio === 0 ? 0 : ratio >= 1.995 ? 1 : 2;
  return `${ratio.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })}x`;
}

/** A share of 1 in per cent: `10 %`. */
export function shareText(share: number): string {
  return `${plainText(share * 100)} %`;
}

/** `1 node`, `1,000 nodes`. */
export function countText(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}
