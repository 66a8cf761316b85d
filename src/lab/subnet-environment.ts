import { LabFault } from './lab-fault.ts';

/** What the container bridge takes from the daemon's subnet file. */
export interface SubnetEnvironment {
  /** The bridge's own address with the prefix length, such as `10.5.7.1/24`. */
  readonly gateway: string;
  readonly mtu: number;
}

/**
 * Reads the text of a subnet file as flannel writes it.
 *
 * @throws LabFault when a line is missing
 */
export function parseSubnetEnvironment(text: string): SubnetEnvironment {
  const gateway = /^FLANNEL_SUBNET=(\S+)$/m.exec(text)?.[1];
  const mtu = /^FLANNEL_MTU=(\d+)$/m.exec(text)?.[1];
  if (gateway === undefined || mtu === undefined) {
    throw new LabFault('subnet file', JSON.stringify(text), 'lines FLANNEL_SUBNET=... and FLANNEL_MTU=...');
  }
  return { gateway, mtu: Number(mtu) };
}
