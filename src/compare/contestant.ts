import { builtProgram } from '../lab/daemon.ts';
import type { ModeName } from '../overlay/modes.ts';

/** A program that takes part: one of our modes, or another program that understands flannel's options. */
export type Contestant =
  | { readonly kind: 'mode'; readonly name: ModeName }
  | { readonly kind: 'peer'; readonly name: string; readonly command: string };

export interface Cluster {
  readonly etcdEndpoint: string;
  readonly etcdPrefix: string;
}

export interface AgentFiles {
  readonly subnetFile: string;
  /** Of our modes only. */
  readonly controlSocket: string;
}

/** The command that runs it; `extra` is for our modes only, because peers are given flannel's options alone. */
export function commandOf(
  contestant: Contestant,
  cluster: Cluster,
  files: AgentFiles,
  extra: readonly string[] = [],
): string[] {
  const flannels = [
    `-etcd-endpoints=${cluster.etcdEndpoint}`,
    `-etcd-prefix=${cluster.etcdPrefix}`,
    '-iface=eth0',
    `-subnet-file=${files.subnetFile}`,
  ];
  if (contestant.kind === 'peer') {
    return ['sh', '-c', `exec ${contestant.command} "$@"`, 'sh', ...flannels];
  }
  const ours = ['--control-socket', files.controlSocket, '--log-format', 'json'];
  return [...builtProgram(), 'run', ...flannels, ...ours, '--programming', contestant.name, ...extra];
}
