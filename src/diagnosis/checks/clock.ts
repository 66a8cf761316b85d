import { get, type IncomingMessage } from 'node:http';
import { get as getOverTls } from 'node:https';
import { DiagnosisFault } from '../diagnosis-fault.ts';
import type { Check } from '../ground.ts';
import { command, doubtful, good } from '../outcome.ts';

/** A Date header has whole seconds: less than this cannot be told from none. */
const TOLERATED_MS = 2000;

/** How long etcd has for its answer, in milliseconds. */
const PATIENCE_MS = 2000;

/** Leases end by etcd's clock and are renewed by this host's. */
export const clock: Check = {
  name: 'clock',
  look: async ({ etcdEndpoints, clock: own }) => {
    const theirs = await dateOfAny(etcdEndpoints);
    // The header is cut to its second: half of one is the best guess of what is missing.
    const ahead = own.wall() - (theirs + 500);
    const seconds = Math.abs(ahead / 1000).toFixed(1);
    return Math.abs(ahead) <= TOLERATED_MS
      ? good(`this host's clock and etcd's agree to ${TOLERATED_MS / 1000} s`)
      : doubtful(
          `this host's clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} etcd's: leases end too early or too late`,
          command('timedatectl set-ntp true', 'here and where etcd runs'),
        );
  },
};

/** The first that answers. @throws DiagnosisFault */
async function dateOfAny(endpoints: readonly string[]): Promise<number> {
  const answers = await Promise.allSettled(endpoints.map(dateOf));
  const failures: unknown[] = [];
  for (const answer of answers) {
    if (answer.status === 'fulfilled') {
      return answer.value;
    }
    failures.push(answer.reason);
  }
  throw new DiagnosisFault(
    `the clock of etcd at ${endpoints.join(', ')}`,
    'no date in its answer to /version',
    'an etcd that answers',
    failures[0],
  );
}

async function dateOf(endpoint: string): Promise<number> {
  const response = await ask(new URL('/version', endpoint));
  response.resume();
  const date = Date.parse(response.headers.date ?? '');
  if (Number.isNaN(date)) {
    throw new DiagnosisFault(endpoint, 'an answer without a Date header', 'an etcd that answers');
  }
  return date;
}

function ask(url: URL): Promise<IncomingMessage> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return new Promise((resolve, reject) => {
    const asked =
      url.protocol === 'https:'
        ? getOverTls(url, { agent: false, signal }, resolve)
        : get(url, { agent: false, signal }, resolve);
    asked.on('error', reject);
  });
}
