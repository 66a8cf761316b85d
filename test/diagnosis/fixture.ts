import { DiagnosisFault } from '../../src/diagnosis/diagnosis-fault.ts';
import type { Ground } from '../../src/diagnosis/ground.ts';
import type { Reach } from '../../src/diagnosis/reach.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { fakeHost } from '../overlay/fixture.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { LEASE, OWN_MAC, standingOn } from '../support/standing.ts';

/** A host in a fake kernel with its tunnel device, on whose ground checks are made. */
export function fakeGround(values: Partial<Ground> = {}) {
  const { kernel, conversation } = fakeHost();
  const clock = new ManualClock();
  const store = new MemoryStore(new MemoryCluster(clock));
  const device = kernel.links.add('flannel.1', { kind: 'vxlan', mac: OWN_MAC, mtu: 1450, up: true });
  const nothing = (): never => {
    throw new DiagnosisFault('test', 'a use of what this check does not need', 'none');
  };
  const ground: Ground = {
    kernel: conversation,
    standing: standingOn(device),
    store,
    etcdEndpoints: ['http://10.99.0.1:2379'],
    clock,
    withNetfilter: (use) => use(conversation),
    openEcho: nothing,
    reach: async () => [],
    ...values,
  };
  return { kernel, store, clock, device, ground };
}

/** Host 7 answers full packets, unless told otherwise. */
export function reachOf(values: Partial<Reach> = {}): Reach {
  return { lease: LEASE, refusal: undefined, largest: 1450, pathMtu: undefined, ...values };
}

/** The same of the host at 10.99.0.n. */
export function reachOfHost(n: number, values: Partial<Reach> = {}): Reach {
  return reachOf({ lease: { ...LEASE, publicIp: parseIpv4(`10.99.0.${n}`) }, ...values });
}
