import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeError } from '../../src/base/fault.ts';
import { FIGURES } from '../../src/compare/figures.ts';
import { ResultsFileFault, readResults } from '../../src/compare/results-file.ts';
import { renderPictures } from './pictures.ts';

const USAGE = `Usage: npm run pictures -- RESULTS.json [FOLDER NAME...]

Draws charts of a comparison, one SVG file each, for documents. RESULTS.json is
what 'l3missd compare --json' wrote. Without a folder it prints the names.

Example: npm run pictures -- compared.json docs/comparison steady-rate-nodes
`;

async function main([file, folder, ...names]: readonly string[]): Promise<void> {
  if (file === undefined || file === '--help') {
    process.stdout.write(USAGE);
    return;
  }
  const pictures = await renderPictures(await readResults(file), FIGURES);
  if (folder === undefined) {
    process.stdout.write(pictures.map(({ name }) => `${name}\n`).join(''));
    return;
  }
  mkdirSync(folder, { recursive: true });
  for (const wanted of names) {
    const picture = pictures.find(({ name }) => name === wanted);
    if (picture === undefined) {
      throw new ResultsFileFault(file, `no chart '${wanted}'`, 'those that are printed without a folder');
    }
    writeFileSync(join(folder, `${wanted}.svg`), picture.svg);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`pictures: ${describeError(error)}\n`);
  process.exitCode = 1;
}
