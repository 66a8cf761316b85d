import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Without root, starts the program a second time in a user namespace, where its caller is root over new network and
 * mount namespaces and a private /run holds the named ones, and ends this one with its exit status. Does nothing for
 * root, nor inside.
 */
export function enterUserNamespace(moduleUrl: string): void {
  if (process.getuid?.() === 0) {
    return;
  }
  const command = [process.execPath, fileURLToPath(moduleUrl), ...process.argv.slice(2)];
  // The inner one is told to end when this one is ended, also by a signal to it alone.
  const { status, signal } = spawnSync(
    'setpriv',
    [
      ...['--pdeathsig', 'TERM', 'unshare', '--user', '--map-root-user', '--net', '--mount', '--'],
      ...['sh', '-c', 'mount -t tmpfs tmpfs /run && exec "$@"', 'sh', ...command],
    ],
    { stdio: 'inherit' },
  );
  process.exit(status ?? (signal === null ? 1 : 130));
}
