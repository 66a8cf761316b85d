import type { Ground } from './ground.ts';

/** The words as a command for the etcd that the daemon asks. */
export function etcdctl(
  { etcdEndpoints }: Pick<Ground, 'etcdEndpoints'>,
  ...words: readonly string[]
): string {
  return ['etcdctl', '--endpoints', etcdEndpoints.join(','), ...words].map(quote).join(' ');
}

/** One word for a POSIX shell; what needs no quotes gets none. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
