import { readFileSync } from 'node:fs';
import { codeOf } from '../base/errno.ts';
import { KernelFault } from './kernel-fault.ts';

/**
 * A number under /proc/sys, of this network namespace where it has its own. Equivalent to `sysctl -n NAME`.
 *
 * @param name with slashes, since the names of interfaces have dots: `net/ipv4/conf/flannel.1/rp_filter`
 * @throws KernelFault when it cannot be read
 */
export function readKernelParameter(name: string): number {
  try {
    return Number.parseInt(readFileSync(`/proc/sys/${name}`, 'utf8'), 10);
  } catch (error) {
    throw KernelFault.broken(`read /proc/sys/${name}`, codeOf(error) ?? 'EIO', error);
  }
}
