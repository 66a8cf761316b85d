import { parseArgs } from 'node:util';
import { BenchFault } from './bench-fault.ts';

export interface Options {
  readonly rounds: number;
  readonly short: boolean;
  readonly strict: boolean;
  readonly json: string | undefined;
  /** Names of experiments; empty means all. */
  readonly only: readonly string[];
  readonly help: boolean;
}

const MOST_ROUNDS = 100;

export function usage(names: readonly string[]): string {
  return `Usage: npm run bench -- [options]

Measures l3missd beside C programs that do nothing but answer, in network
namespaces of this machine that are removed at the end.

  --rounds <n>     turns of each side: 5 unless told, 2 with --short; some have
                   several for one of these, and changes has three at least
  --short          less of everything, within 4 minutes; exit status 1 when a
                   figure misses its mark by more than a factor of two, in
                   turns that the hypervisor left alone
  --strict         exit status 1 when a figure misses its mark at all
  --only <names>   some of: ${names.join(', ')}
  --json <file>    also write all samples, and what the machine is, to a file
  --help           print this text
`;
}

/** @throws BenchFault naming the option */
export function parseOptions(args: readonly string[], names: readonly string[]): Options {
  const { short, strict, help, json, ...values } = read(args);
  const rounds = values.rounds === undefined ? (short ? 2 : 5) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MOST_ROUNDS) {
    throw new BenchFault(
      '--rounds',
      JSON.stringify(values.rounds),
      `a whole number from 1 to ${MOST_ROUNDS}`,
    );
  }
  const only = values.only === undefined ? [] : values.only.split(',');
  for (const name of only) {
    if (!names.includes(name)) {
      throw new BenchFault('--only', JSON.stringify(name), names.join(', '));
    }
  }
  return { rounds, short, strict, help, json, only };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string' },
        short: { type: 'boolean', default: false },
        strict: { type: 'boolean', default: false },
        json: { type: 'string' },
        only: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new BenchFault('arguments', args.join(' '), 'those that --help lists', error);
  }
}
