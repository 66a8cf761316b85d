import assert from 'node:assert/strict';
import type { Host } from '../../src/lab/host.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import type { ModeName } from '../../src/overlay/modes.ts';

/** What is in the kernel for remote hosts, as iproute2 prints it: a line for each entry, sorted. */
export interface KernelState {
  /** Into 10.5.0.0/16, over whatever interface but the containers' own. */
  readonly routes: readonly string[];
  /** IPv4 neighbours of `flannel.1` in any state. */
  readonly neighbours: readonly string[];
  readonly forwarding: readonly string[];
}

/** A remote host, by what its lease says, and the addresses behind it that this host has sent to. */
export interface RemoteEntries {
  /** Such as `10.5.77`. */
  readonly network: string;
  readonly mac: string;
  readonly publicIp: string;
  readonly used: readonly string[];
}

const DUMP = [
  'ip -4 route show root 10.5.0.0/16 | grep -v "dev cni0" || true',
  'echo --',
  'ip -4 neighbour show dev flannel.1 nud all | grep -v NOARP || true',
  'echo --',
  'bridge fdb show dev flannel.1',
].join('; ');

/** @throws LabFault when there is no device */
export async function kernelState(host: Host): Promise<KernelState> {
  const output = await host.namespace.run('sh', '-ec', DUMP);
  const [routes = '', neighbours = '', forwarding = ''] = output.split('--\n');
  return { routes: linesOf(routes), neighbours: linesOf(neighbours), forwarding: linesOf(forwarding) };
}

/** What a host in that mode holds, and nothing else: see `--programming`. */
export function stateOf(mode: ModeName, remotes: readonly RemoteEntries[]): KernelState {
  const network = '10.5.0.0/16 dev flannel.1 proto 113 scope link';
  const inUse = remotes.filter(({ used }) => used.length > 0);
  const bySubnet = mode === 'eager' ? remotes : inUse;
  const subnetRoutes = bySubnet.map(routeTo);
  const gateways = bySubnet.map(({ network: subnet, mac }) => neighbour(`${subnet}.0`, mac));
  const addresses = inUse.flatMap(({ used, mac }) => used.map((address) => neighbour(address, mac)));
  const forwarding = (mode === 'lazy-subnet' ? inUse : remotes).map(
    ({ mac, publicIp }) => `${mac} dst ${publicIp} self permanent`,
  );
  const states = {
    lazy: { routes: [network], neighbours: addresses, forwarding },
    'lazy-subnet': { routes: [network, ...subnetRoutes], neighbours: gateways, forwarding },
    eager: { routes: subnetRoutes, neighbours: gateways, forwarding },
  };
  const { routes, neighbours, forwarding: entries } = states[mode];
  return { routes: routes.toSorted(), neighbours: neighbours.toSorted(), forwarding: entries.toSorted() };
}

/** Waits until the host holds exactly that. In lazy-subnet mode the neighbour of a single address goes after 1 to 3 s. */
export async function settles(host: Host, wanted: KernelState, timeout = 6000): Promise<void> {
  let now: KernelState | undefined;
  const isThere = async () => {
    now = await kernelState(host);
    return JSON.stringify(now) === JSON.stringify(wanted);
  };
  await waitUntil('the kernel to hold what it should', isThere, { timeout, interval: 50 }).catch(
    (error: unknown) => {
      assert.deepEqual(now, wanted);
      throw error;
    },
  );
}

function routeTo({ network }: RemoteEntries): string {
  return `${network}.0/24 via ${network}.0 dev flannel.1 proto 113 onlink`;
}

function neighbour(address: string, mac: string): string {
  return `${address} lladdr ${mac} PERMANENT proto 113`;
}

/** iproute2 puts blanks at the end of lines, and two where a field is left out. */
function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim().replace(/ +/g, ' '));
  return lines.filter(Boolean).toSorted();
}
