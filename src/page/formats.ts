const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Shown where there is no value. */
export const NOTHING = '–';

/** `12,345`. */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** `1 lease`, `2 leases`. */
export function formatMany(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A rate with a decimal where it says something: `0`, `0.3`, `12,345`. */
export function formatRate(perSecond: number): string {
  return perSecond < 10 && !Number.isInteger(perSecond) ? perSecond.toFixed(1) : WHOLE.format(perSecond);
}

/** For an axis: `800`, `12k`, `1.5M`. */
export function formatShort(value: number): string {
  if (value >= 1e6) {
    return `${trim(value / 1e6)}M`;
  }
  return value >= 1000 ? `${trim(value / 1000)}k` : trim(value);
}

/** Microseconds with three digits and a unit that fits: `12.3 µs`, `1.05 ms`, `2.1 s`. */
export function formatMicroseconds(microseconds: number | null): string {
  if (microseconds === null) {
    return NOTHING;
  }
  const units: readonly (readonly [name: string, size: number])[] = [
    ['µs', 1],
    ['ms', 1e3],
    ['s', 1e6],
  ];
  const [name, size] = units.findLast(([, least]) => microseconds >= least) ?? ['µs', 1];
  return `${trim(Number((microseconds / size).toPrecision(3)))} ${name}`;
}

/** Time of day on the reader's clock: `14:05:09`, with milliseconds when told. */
export function formatTime(at: Date, { milliseconds = false } = {}): string {
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => pad(part, 2)).join(':');
  return milliseconds ? `${clock}.${pad(at.getMilliseconds(), 3)}` : clock;
}

/** The two largest units: `3 d 4 h`, `12 min 5 s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const units = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = units.findIndex(([amount]) => amount > 0);
  return (first === -1 ? units.slice(-1) : units.slice(first, first + 2))
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** At most two decimals, none that is zero. */
function trim(value: number): string {
  return String(Math.round(value * 100) / 100);
}
