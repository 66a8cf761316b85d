import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtProgram } from '../../src/lab/daemon.ts';

/** The root of the package, from this module as it is built. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Parts of the package that a daemon runs from. */
const PARTS = ['dist/src', 'dist/native-bindings', 'package.json'];

/**
 * Copies the built daemon into a folder, with a recording that forgets every other spell in the place of its own. The
 * program itself needs no switch for that, which nobody would want in life.
 *
 * @returns the program, as `builtProgram` gives it
 */
export function periodicProgram(folder: string): string[] {
  for (const part of PARTS) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const standIn = new URL('./periodic-recording.js', import.meta.url);
  writeFileSync(
    join(folder, 'dist/src/misses/recording/recording.js'),
    `export { PeriodicRecording as Recording } from ${JSON.stringify(standIn.href)};\n`,
  );
  const program = builtProgram();
  return [...program.slice(0, -1), join(folder, 'dist/src/cli/main.js')];
}
