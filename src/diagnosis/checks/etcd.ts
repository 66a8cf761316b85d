import { describeError } from '../../base/fault.ts';
import { within } from '../../base/within.ts';
import { StoreFault } from '../../leases/faults.ts';
import { etcdctl } from '../etcdctl.ts';
import type { Check, Ground } from '../ground.ts';
import { bad, command, doubtful, good, MEND_ETCD, type Outcome } from '../outcome.ts';

/** So long a question to a sound etcd takes at most, in milliseconds. */
const SLOW_MS = 500;

/** So long is waited for it. */
const PATIENCE_MS = 3000;

/** Without etcd the daemon goes on with what it knows, hears of no new host, and cannot renew its lease. */
export const etcd: Check = {
  name: 'etcd',
  look: async (ground) => {
    const { standInWrittenAt, listed } = ground.standing;
    const duration = await timeOf(ground);
    if (typeof duration !== 'number') {
      return duration;
    }
    const took = `etcd answers within ${duration.toFixed(1)} ms`;
    if (standInWrittenAt !== undefined || !listed) {
      return doubtful(
        `${took}, and the leases are not listed yet`,
        command('l3missd stats', 'it says when they are'),
      );
    }
    return duration > SLOW_MS
      ? doubtful(
          `${took}, which is slow`,
          command(
            etcdctl(ground, 'endpoint', 'status', '--cluster', '-w', 'table'),
            'it says which members there are; then look at their disks: etcd waits for its disk with each write',
          ),
        )
      : good(`${took}, and the leases are listed`);
  },
};

/** Milliseconds that a summary of the leases takes, or why there is none. */
async function timeOf({ store, clock, etcdEndpoints }: Ground): Promise<number | Outcome> {
  const begin = clock.monotonic();
  const where = etcdEndpoints.join(', ');
  try {
    const summary = store.summarise().then(() => clock.monotonic() - begin);
    return (
      (await within(clock, PATIENCE_MS, summary)) ??
      bad(`etcd at ${where} has not answered within ${PATIENCE_MS / 1000} s`, MEND_ETCD)
    );
  } catch (error) {
    if (error instanceof StoreFault) {
      return bad(`etcd at ${where} does not answer: ${describeError(error)}`, MEND_ETCD);
    }
    throw error;
  }
}
