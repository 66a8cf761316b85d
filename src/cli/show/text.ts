/** Lines for people are at most so long. */
export const WIDTH = 80;

/** A whole number with commas between thousands. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The same in so many characters, in millions or more where it would not fit. */
export function countWithin(value: number, width: number): string {
  const units: [number, string][] = [
    [1, ''],
    [1e6, ' M'],
    [1e9, ' G'],
    [1e12, ' T'],
  ];
  const texts = units.map(([unit, name]) => `${count(Math.floor(value / unit))}${name}`);
  return texts.find((text) => text.length <= width) ?? texts.at(-1) ?? '';
}

/** Events per second: one decimal below ten. */
export function perSecond(value: number): string {
  if (value > 0 && value < 0.05) {
    return '<0.1';
  }
  return value === 0 || value >= 9.95 ? count(Math.round(value)) : value.toFixed(1);
}

/** A time of so many microseconds with three digits and the unit that fits; a dash for none. */
export function microseconds(value: number | null): string {
  if (value === null) {
    return '-';
  }
  if (value < 999.5) {
    return `${threeDigits(value)} us`;
  }
  return value < 999_500 ? `${threeDigits(value / 1e3)} ms` : `${threeDigits(value / 1e6)} s`;
}

function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** The two largest units: `3 d 4 h`, `12 min 5 s`. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  const units: [string, number][] = [
    ['d', Math.floor(whole / 86_400)],
    ['h', Math.floor(whole / 3600) % 24],
    ['min', Math.floor(whole / 60) % 60],
    ['s', whole % 60],
  ];
  const first = units.findIndex(([, amount]) => amount > 0);
  const shown = first === -1 ? units.slice(-1) : units.slice(first, first + 2);
  return shown.map(([unit, amount]) => `${amount} ${unit}`).join(' ');
}

/** Control characters, which a terminal would obey: a device may be called so (dev_valid_name() takes them). */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Foreign text without what a terminal would obey. */
export function printable(text: string): string {
  return text.replace(CONTROL, '?');
}

/** At most so many characters; what is cut ends with a tilde. */
export function fit(text: string, width: number): string {
  const clean = printable(text);
  return clean.length <= width ? clean : `${clean.slice(0, Math.max(0, width - 1))}~`.slice(0, width);
}
