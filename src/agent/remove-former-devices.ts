import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { removeLink } from '../kernel/links.ts';
import { listOwnDevices } from '../overlay/own-devices.ts';
import { acquireInstanceLock, InstanceFault } from './instance-lock.ts';

/**
 * Removes the devices that agents of ours left here under another VNI than the one that counts now: their routes lead
 * into a network that nobody else is in. One that a running agent holds is that agent's.
 *
 * @throws KernelFault
 */
export async function removeFormerDevices(
  kernel: Conversation,
  current: string,
  controlSocket: string,
  log: Log,
): Promise<void> {
  for (const { name, ifindex } of listOwnDevices(kernel).filter((device) => device.name !== current)) {
    try {
      const lock = await acquireInstanceLock(name, { controlSocket });
      kernel.request(`remove ${name}`, removeLink(ifindex));
      await lock.release();
      log.warn({ device: name, current }, 'removed the tunnel device of an earlier VNI');
    } catch (error) {
      if (!(error instanceof InstanceFault)) {
        throw error;
      }
      log.info(
        { device: name, reason: describeError(error) },
        'left the tunnel device of another agent alone',
      );
    }
  }
}
