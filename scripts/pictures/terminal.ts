import { readFileSync, writeFileSync } from 'node:fs';
import { describeError } from '../../src/base/fault.ts';
import { terminalPicture } from './terminal-picture.ts';

const USAGE = `Usage: node dist/scripts/pictures/terminal.js RECORDING FILE.svg TITLE

Draws the last picture that 'l3missd top' has shown, for documents. RECORDING is
what script(1) wrote:

    script -qfc 'stty cols 80 rows 24; l3missd top' RECORDING
`;

const [recording, file, title] = process.argv.slice(2);
if (recording === undefined || file === undefined || title === undefined) {
  process.stdout.write(USAGE);
} else {
  try {
    writeFileSync(file, terminalPicture(readFileSync(recording, 'utf8'), title));
  } catch (error) {
    process.stderr.write(`terminal: ${describeError(error)}\n`);
    process.exitCode = 1;
  }
}
