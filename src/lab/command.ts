import { type ExecFileException, execFile } from 'node:child_process';
import { LabFault } from './lab-fault.ts';

export interface CommandOptions {
  /** Written to the command's standard input, which is then closed. */
  readonly input?: string;
  /** Ends the command when it aborts. */
  readonly signal?: AbortSignal;
  /** After this many milliseconds the command is ended: 30,000 unless told. */
  readonly timeout?: number;
}

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const DEFAULT_TIMEOUT = 30_000;

/**
 * Runs a command and gives what it printed, whatever its exit status.
 *
 * @throws LabFault when it cannot start, or was ended by a signal or the timeout
 */
export function tryCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      {
        env: labEnvironment(),
        timeout: options.timeout ?? DEFAULT_TIMEOUT,
        maxBuffer: 64 * 1024 * 1024,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : error.code;
        if (typeof status === 'number') {
          resolve({ status, stdout, stderr });
        } else {
          reject(notRun(commandLine(command, args), error));
        }
      },
    );
    // A command that ends without reading its input makes the write fail; its status says what was wrong.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/**
 * Runs a command and gives its standard output.
 *
 * @throws LabFault with the command's stderr when its exit status is not 0, and as `tryCommand` does
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const outcome = await tryCommand(command, args, options);
  if (outcome.status !== 0) {
    const line = commandLine(command, args);
    const output = (outcome.stderr.trim() || outcome.stdout.trim()).replaceAll('\n', ' | ');
    const input =
      options.input === undefined ? '' : `; its input was: ${options.input.replaceAll('\n', ' | ')}`;
    throw new LabFault(line, `exit status ${outcome.status}: ${output}${input}`, 'exit status 0');
  }
  return outcome.stdout;
}

/**
 * The environment of everything that the lab starts: English output, the administrator's folders in PATH (a user's
 * PATH lacks them on Debian), and none of the variables that would configure etcd, flannel or the daemon.
 */
export function labEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(ETCD|FLANNELD|L3MISSD|NODE_TEST)_/.test(name),
  );
  const { PATH = '/usr/bin:/bin' } = process.env;
  return { ...Object.fromEntries(kept), PATH: `${PATH}:/usr/sbin:/sbin`, LC_ALL: 'C' };
}

function commandLine(command: string, args: readonly string[]): string {
  return `command \`${[command, ...args].join(' ')}\``;
}

function notRun(line: string, error: ExecFileException | null): LabFault {
  // A folder of PATH that may not be looked into makes the search end with EACCES (execvp(3)).
  if (error?.code === 'ENOENT' || error?.code === 'EACCES') {
    return new LabFault(line, 'the program is not installed', 'an installed program', error);
  }
  if (error?.killed === true || typeof error?.signal === 'string') {
    return new LabFault(line, `ended by ${error.signal ?? 'its timeout'}`, 'an end of its own', error);
  }
  return new LabFault(line, 'it could not run', 'a program that runs', error);
}
