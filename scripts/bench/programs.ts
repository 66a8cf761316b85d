import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tryCommand } from '../../src/lab/command.ts';
import { BenchFault } from './bench-fault.ts';

const PROGRAMS = ['sender', 'responder', 'yardstick', 'forwarding'] as const;

/** Paths of the compiled programs. */
export type Programs = Readonly<Record<(typeof PROGRAMS)[number], string>>;

/**
 * Compiles the benchmark's C programs into the folder.
 *
 * @throws BenchFault when there is no compiler, or one of them does not compile
 */
export async function compilePrograms(folder: string, compiler = 'cc'): Promise<Programs> {
  await requireInstalled(compiler);
  const sources = join(repositoryRoot(), 'scripts', 'bench');
  const compiled = PROGRAMS.map(async (name): Promise<[string, string]> => {
    const program = join(folder, name);
    const options = ['-O2', '-Wall', '-Wextra', '-Werror', '-D_GNU_SOURCE'];
    const outcome = await tryCommand(compiler, [...options, join(sources, `${name}.c`), '-o', program]);
    if (outcome.status !== 0) {
      throw new BenchFault(`${compiler} ${name}.c`, outcome.stderr, 'a program without warnings');
    }
    return [name, program];
  });
  const {
    sender = '',
    responder = '',
    yardstick = '',
    forwarding = '',
  } = Object.fromEntries(await Promise.all(compiled));
  return { sender, responder, yardstick, forwarding };
}

async function requireInstalled(compiler: string): Promise<void> {
  const { status } = await tryCommand('sh', ['-c', 'command -v "$1"', 'sh', compiler]);
  if (status !== 0) {
    throw new BenchFault(compiler, 'not installed', 'a C compiler: apt-get install gcc libc6-dev');
  }
}

/** The nearest folder above this file that holds package.json, wherever the build put this file. */
function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    folder = dirname(folder);
  }
  return folder;
}
