import { Conversation } from '../../src/kernel/conversation.ts';
import type { Lease } from '../../src/leases/lease.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { type Mac, parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import type { DevicePlan } from '../../src/overlay/device.ts';
import { FakeKernel } from '../support/fake-kernel.ts';
import { recordingLog } from '../support/lease-samples.ts';

export const NETWORK = parsePrefix('10.5.0.0/16');
export const UNDERLAY_ADDRESS = parseIpv4('10.99.0.11');

export function macOf(n: number): Mac {
  return parseMac(`02:00:00:00:00:${n.toString(16).padStart(2, '0')}`);
}

/** Host n's lease on 10.5.n.0/24: PublicIP 10.99.0.n, MAC ending with n, written at revision n. */
export function leaseOf(n: number, values: Partial<Lease> = {}): Lease {
  return {
    key: `/coreos.com/network/subnets/10.5.${n}.0-24`,
    subnet: parsePrefix(`10.5.${n}.0/24`),
    publicIp: parseIpv4(`10.99.0.${n}`),
    mac: macOf(n),
    modRevision: BigInt(n),
    ...values,
  };
}

/** A host with lo and eth0 in a fake kernel. */
export function fakeHost() {
  const kernel = new FakeKernel();
  kernel.links.add('lo');
  const eth0 = kernel.links.add('eth0').ifindex;
  const plan: DevicePlan = {
    vni: 1,
    port: 8472,
    mtu: 1450,
    local: UNDERLAY_ADDRESS,
    underlayIfindex: eth0,
    l2miss: false,
  };
  return { kernel, eth0, plan, conversation: new Conversation(kernel.open()), log: recordingLog() };
}
