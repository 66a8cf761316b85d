import { spawn } from 'node:child_process';
import { labEnvironment } from './command.ts';
import { LabFault } from './lab-fault.ts';

/** What a signal to this process alone tells the inner one. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Without root, starts the program a second time in a user namespace, where its caller is root over new network and
 * mount namespaces and a private /run holds the named ones, and ends this one with its exit status. Does nothing for
 * root, nor inside.
 *
 * @param program the command that this process was started by
 * @throws LabFault when the namespaces are refused or a program for it is not installed
 */
export async function enterUserNamespace(program: readonly string[]): Promise<void> {
  if (process.getuid?.() === 0) {
    return;
  }
  const inside = ['unshare', '--user', '--map-root-user', '--net', '--mount', '--'];
  await assertAllowed([...inside, 'true']);
  const start = ['sh', '-c', 'mount -t tmpfs tmpfs /run && exec "$@"', 'sh', ...program];
  // The inner one is told to end when this one is killed, which nothing can pass on.
  process.exit(await statusOf(['setpriv', '--pdeathsig', 'TERM', ...inside, ...start]));
}

async function assertAllowed(command: readonly string[]): Promise<void> {
  if ((await statusOf(command, 'ignore')) !== 0) {
    throw new LabFault(
      'user namespaces',
      'refused by this machine',
      'root, or sysctls user.max_user_namespaces above 0 and kernel.apparmor_restrict_unprivileged_userns 0',
    );
  }
}

/** Runs a command to its end and passes signals on meanwhile; the status of one that a signal ended is the shell's. */
function statusOf(
  [file = '', ...args]: readonly string[],
  stdio: 'inherit' | 'ignore' = 'inherit',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio, env: stdio === 'inherit' ? process.env : labEnvironment() });
    const pass = (signal: NodeJS.Signals) => void child.kill(signal);
    for (const signal of SIGNALS) {
      process.on(signal, pass);
    }
    child.once('error', (error) =>
      reject(new LabFault(`command \`${file}\``, 'it could not start', 'an installed program', error)),
    );
    child.once('exit', (status, signal) => {
      for (const one of SIGNALS) {
        process.off(one, pass);
      }
      resolve(status ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}
