import { spawnSync } from 'node:child_process';
import { after, before, type TestContext } from 'node:test';
import { labEnvironment } from '../../src/lab/command.ts';
import { Guard } from '../../src/lab/guard.ts';
import { Lab, type LabOptions } from '../../src/lab/lab.ts';

/** Hosts claim 10.5.10.0/24 to 10.5.20.0/24: no claim, which is random, takes a subnet that a test uses by its address. */
const NARROW_CONFIG =
  '{"Network":"10.5.0.0/16","SubnetMin":"10.5.10.0","SubnetMax":"10.5.20.0","Backend":{"Type":"vxlan"}}';

/** Why labs cannot be raised here, or false when they can: for the `skip` option of a test. */
export function labSkipReason(): string | false {
  for (const program of ['ip', 'bridge', 'etcd', 'ping', 'setpriv']) {
    if (spawnSync('sh', ['-c', `command -v ${program}`], { env: labEnvironment() }).status !== 0) {
      return `${program} is not installed`;
    }
  }
  if (spawnSync('unshare', ['--net', '--mount', 'true']).status !== 0) {
    return 'this process may not add network namespaces (./scripts/test uses a user namespace where it may)';
  }
  return false;
}

/** Raises a lab, in a narrow network unless told, that is taken down at the end of the test, and when a signal ends the run. */
export async function labFor(test: TestContext, options: LabOptions = {}): Promise<Lab> {
  const lab = Lab.reserve({ networkConfig: NARROW_CONFIG, ...options });
  const guard = new Guard(lab, { crashes: false });
  test.after(async () => {
    await lab.takeDown();
    guard.off();
  });
  await lab.raise();
  return lab;
}

/**
 * Raises one lab, as `labFor` does, for all tests of the suite that this is called in, with daemons and containers when
 * told.
 *
 * @returns a function that gives the lab, to be called inside tests
 */
export function labForSuite(options: LabOptions & { readonly containers?: number } = {}): () => Lab {
  const lab = Lab.reserve({ networkConfig: NARROW_CONFIG, ...options });
  const guard = new Guard(lab, { crashes: false });
  before(async () => {
    await lab.raise();
    if (options.containers !== undefined) {
      await lab.startDaemons();
      await lab.addContainers(options.containers);
    }
  });
  after(async () => {
    await lab.takeDown();
    guard.off();
  });
  return () => lab;
}
