import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingFault, terminalPicture } from '../../scripts/pictures/terminal-picture.ts';

const frame = (...lines: string[]) => `\u001b[?2026h\u001b[H${lines.join('\r\r\n')}\u001b[0m\u001b[?2026l`;

test('the last picture of a recording is drawn, each line in its look, as text', () => {
  const recording = `before${frame('\u001b[0mold')}between${frame('\u001b[0;7mhead  ', '\u001b[0m<b> & ', '\u001b[0;1malarm ', '\u001b[0m      ')}after`;
  const svg = terminalPicture(recording, 'a <title>');
  assert.match(svg, /<title>a &lt;title&gt;<\/title>/);
  assert.deepEqual(
    [...svg.matchAll(/fill="var\(--(\w+)\)" font-weight="(\d+)"[^>]*>([^<]*)<\/text>/g)].map(
      ([, ...parts]) => parts,
    ),
    [
      ['ground', '400', 'head  '],
      ['ink', '400', '&lt;b&gt; &amp; '],
      ['ink', '700', 'alarm '],
    ],
  );
  assert.match(svg, /<rect x="12" y="12" width="48" height="18" fill="var\(--ink\)"\/>/);
  assert.doesNotMatch(svg, /old|before|\p{Cc}(?<!\n)/u);
});

test('a recording without a picture is refused', () => {
  assert.throws(() => terminalPicture('$ l3missd stats', 'x'), RecordingFault);
});
