/**
 * The colours of the page and of the charts, as custom properties of CSS: one set for each colour scheme. Those of the
 * contestants are told apart with any of the common colour blindnesses (after Okabe and Ito, darker on light ground
 * and lighter on dark), and stand out from their ground by 3 to 1 at least, text by 4.5 to 1.
 */
const LIGHT = {
  ground: '#ffffff',
  raised: '#f5f6f8',
  ink: '#1b1f24',
  quiet: '#57606a',
  line: '#d5dae0',
  axis: '#8b949e',
  link: '#0550ae',
  best: '#0b6b3a',
  'best-ground': '#dff3e6',
  'series-0': '#0a63b0',
  'series-1': '#c2500a',
  'series-2': '#00805e',
  'series-3': '#a3367f',
  'series-4': '#8a6d00',
  'series-5': '#4a4f57',
};

const DARK: typeof LIGHT = {
  ground: '#12161c',
  raised: '#1b2129',
  ink: '#e6e9ed',
  quiet: '#a3acb7',
  line: '#2f3742',
  axis: '#6b7685',
  link: '#79b8ff',
  best: '#7ee2a8',
  'best-ground': '#143322',
  'series-0': '#5aa9f0',
  'series-1': '#f29a5c',
  'series-2': '#3cc9a0',
  'series-3': '#e58bc4',
  'series-4': '#e3c54a',
  'series-5': '#c3c9d1',
};

export type Colour = keyof typeof LIGHT;

/** Of the contestants, in their order. */
export const SERIES_COLOURS = [
  'series-0',
  'series-1',
  'series-2',
  'series-3',
  'series-4',
  'series-5',
] as const satisfies readonly Colour[];

/** The value that a property of CSS, or an attribute of SVG, takes for a colour. */
export function colour(name: Colour): string {
  return `var(--${name})`;
}

/** The rules that give the colours their values, on the root element. */
export const paletteRules = `:root{color-scheme:light dark;${rules(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${rules(DARK)}}}
@media print{:root{color-scheme:light;${rules(LIGHT)}}}`;

function rules(colours: Readonly<Record<string, string>>): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}
