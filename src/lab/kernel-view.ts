import { z } from 'zod';
import type { Host } from './host.ts';

/** A neighbour entry as `ip -json neighbour` prints it. */
const neighbour = z.object({
  dst: z.string(),
  lladdr: z.string().optional(),
  state: z.array(z.string()).default([]),
});

/** A forwarding entry as `bridge -json fdb` prints it. */
const forwardingEntry = z.object({
  mac: z.string(),
  dst: z.string().optional(),
  state: z.string().optional(),
});

export type NeighbourView = z.infer<typeof neighbour>;
export type ForwardingView = z.infer<typeof forwardingEntry>;

/**
 * The IPv4 unicast neighbours of a device in any state. It is read with iproute2 on purpose, so that a fault in the
 * daemon's own codecs cannot hide itself.
 *
 * @throws LabFault
 */
export async function unicastNeighbours(host: Host, device = 'flannel.1'): Promise<NeighbourView[]> {
  const args = ['-4', '-json', 'neighbour', 'show', 'dev', device, 'nud', 'all'];
  const entries = z.array(neighbour).parse(parseJson(await host.namespace.run('ip', ...args)));
  return entries.filter((entry) => isUnicast(entry.dst)).sort((a, b) => compareNatural(a.dst, b.dst));
}

/**
 * The forwarding entries of a VXLAN device.
 *
 * @throws LabFault
 */
export async function forwardingEntries(host: Host, device = 'flannel.1'): Promise<ForwardingView[]> {
  const output = await host.namespace.run('bridge', '-json', 'fdb', 'show', 'dev', device);
  const entries = z.array(forwardingEntry).parse(parseJson(output));
  return entries.sort((a, b) => compareNatural(a.dst ?? '', b.dst ?? ''));
}

/** iproute2 prints nothing at all, or a blank, for an empty list. */
function parseJson(output: string): unknown {
  return output.trim() === '' ? [] : JSON.parse(output);
}

/** Multicast and broadcast addresses have entries of the kernel's own. */
function isUnicast(address: string): boolean {
  return Number(address.split('.')[0]) < 224;
}

function compareNatural(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
