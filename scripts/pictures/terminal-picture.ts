import { Fault } from '../../src/base/fault.ts';
import { html, Markup } from '../../src/compare/report/html.ts';
import { type Colour, colour, paletteRules } from '../../src/compare/report/palette.ts';

/** A recording of a terminal without a picture in it. */
export class RecordingFault extends Fault {}

/** In pixels, of a character. */
const WIDTH = 8;
const HEIGHT = 18;
const MARGIN = 12;
const FONT = 'ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace';

/** What `Screen.draw` writes: one picture, in lines each of which has one look. */
const FRAME = /\p{Cc}\[\?2026h\p{Cc}\[H([\s\S]*?)\p{Cc}\[\?2026l/gu;
const LINE = /^\p{Cc}\[([\d;]*)m(.*?)(?:\p{Cc}\[0m)?$/u;

/** A line's text, its colour and that of its ground. */
interface Style {
  readonly ink: Colour;
  readonly ground: Colour | undefined;
  readonly weight: 400 | 700;
}

const STYLES: Readonly<Record<string, Style>> = {
  '0;7': { ink: 'ground', ground: 'ink', weight: 400 },
  '0;1': { ink: 'ink', ground: undefined, weight: 700 },
  '0;2': { ink: 'quiet', ground: undefined, weight: 400 },
};
const PLAIN: Style = { ink: 'ink', ground: undefined, weight: 400 };

/**
 * The last picture that a live view has drawn, as SVG in the colours of the reader's scheme.
 *
 * @param recording what a terminal was sent, as script(1) writes it down
 * @throws RecordingFault
 */
export function terminalPicture(recording: string, title: string): string {
  const lines = [...recording.matchAll(FRAME)].at(-1)?.[1]?.split(/\r+\n/);
  if (lines === undefined) {
    throw new RecordingFault('recording', 'no picture in it', 'what script(1) wrote of a live view');
  }
  const parts = lines.map((line) => LINE.exec(line) ?? ['', '', line]);
  const columns = parts.reduce((most, [, , text = '']) => Math.max(most, text.length), 0);
  const [width, height] = [columns * WIDTH + 2 * MARGIN, lines.length * HEIGHT + 2 * MARGIN];
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}" font-size="13" role="img">
<title>${title}</title>
<style>${new Markup(paletteRules)} text{white-space:pre}</style>
<rect width="100%" height="100%" rx="6" fill="${colour('raised')}"/>
${parts.map(([, look = '', text = ''], row) => lineOf(text, STYLES[look] ?? PLAIN, row))}
</svg>
`.text;
}

/** `textLength` keeps the columns below each other in whatever font there is. */
function lineOf(text: string, { ink, ground, weight }: Style, row: number): Markup {
  const top = MARGIN + row * HEIGHT;
  const length = text.length * WIDTH;
  const bar =
    ground === undefined
      ? new Markup('')
      : html`<rect x="${MARGIN}" y="${top}" width="${length}" height="${HEIGHT}" fill="${colour(ground)}"/>`;
  if (text.trim() === '') {
    return bar;
  }
  return html`${bar}<text x="${MARGIN}" y="${top + 13}" fill="${colour(ink)}" font-weight="${weight}" textLength="${length}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${text}</text>`;
}
