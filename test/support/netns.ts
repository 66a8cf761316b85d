import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Says to the process that it stands in a network namespace that is thrown away with it. */
const INSIDE = 'L3MISSD_TEST_NAMESPACE';

/** As root, and without: a user namespace makes its maker root over the network namespaces made in it. */
const WAYS = [['--net'], ['--user', '--map-root-user', '--net']];

/**
 * Moves the calling program, a test file or a tool, into a network namespace of its own: starts it there a second time
 * and ends this one with its exit status. To be called before anything else happens. The second process has the
 * standard output and the environment of the first, so node:test's runner sees its tests as those of the file.
 *
 * @returns false inside the namespace; where none can be made, why not: for the `skip` option of tests
 */
export function enterNamespace(moduleUrl: string): string | false {
  if (process.env[INSIDE] !== undefined) {
    return false;
  }
  const way = WAYS.find((options) => spawnSync('unshare', [...options, 'true']).status === 0);
  if (way === undefined) {
    return 'unshare can make no network namespace here, neither as root nor in a user namespace';
  }
  // The kernel ends the inner process with this one, also when this one is killed; both programs only exec.
  const command = [process.execPath, ...process.execArgv, fileURLToPath(moduleUrl), ...process.argv.slice(2)];
  const { status } = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...way, ...command], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: '1' },
  });
  process.exit(status ?? 1);
}
