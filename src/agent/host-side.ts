import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { NetworkConfig } from '../leases/network-config.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import { contains, formatPrefix, type Prefix, samePrefix } from '../net/prefix.ts';
import { ensureAddressing } from '../overlay/addressing.ts';
import { deviceName, ensureDevice, planDevice } from '../overlay/device.ts';
import { modeOf } from '../overlay/modes.ts';
import type { Underlay } from '../overlay/underlay.ts';
import type { Ending } from './ending.ts';
import { acquireInstanceLock, type InstanceLock } from './instance-lock.ts';
import { Programming } from './programming.ts';
import type { Progress, Tunnel } from './progress.ts';
import type { RunOptions } from './run-options.ts';

export interface HostSideParts {
  readonly options: RunOptions;
  readonly kernel: Conversation;
  readonly underlay: Underlay;
  readonly progress: Progress;
  readonly ending: Ending;
  readonly log: Log;
  /** Called after each change of what the kernel is to hold, once a complete list of leases was taken over. */
  readonly onComplete: () => void;
}

/** This host's side of the overlay: the tunnel device with its address and route, and the programming of leases. */
export class HostSide {
  readonly #parts: HostSideParts;
  #lock: InstanceLock | undefined;
  #programming: Programming | undefined;
  #subnet: Prefix | undefined;

  constructor(parts: HostSideParts) {
    this.#parts = parts;
  }

  get programming(): Programming | undefined {
    return this.#programming;
  }

  /**
   * Makes this process the one that runs the network's device, and the kernel have the device.
   *
   * @param mac of a device that has to be created; a random one unless told
   * @throws InstanceFault, OverlayFault, KernelFault
   */
  async raise(config: NetworkConfig, mac?: Mac): Promise<Tunnel> {
    const { options, kernel, underlay, progress, log } = this.#parts;
    this.#warnOf(config);
    const plan = planDevice(config, underlay, options.fdb === 'on-demand');
    this.#lock = await acquireInstanceLock(deviceName(plan.vni), { controlSocket: options.controlSocket });
    const tunnel = { plan, device: ensureDevice(kernel, plan, log, mac) };
    progress.config = config;
    progress.tunnel = tunnel;
    return tunnel;
  }

  /**
   * Gives the device its address and route, and programs leases from then on. What runs for the same subnet already
   * goes on. Undefined when the end was reached first.
   *
   * @throws KernelFault
   */
  async settle(tunnel: Tunnel, config: NetworkConfig, subnet: Prefix): Promise<Programming | undefined> {
    const { options, kernel, progress, log } = this.#parts;
    const { network } = config;
    ensureAddressing(kernel, tunnel.device, network, subnet, modeOf(options.programming), log);
    progress.addressed = true;
    if (this.#programming === undefined || this.#subnet === undefined || !samePrefix(this.#subnet, subnet)) {
      await this.#programming?.stop();
      if (this.#parts.ending.signal.aborted) {
        return undefined;
      }
      this.#programming = new Programming({ ...this.#parts, tunnel, network, config, subnet });
      this.#subnet = subnet;
    }
    return this.#programming;
  }

  /** Lets go of the device. What is in the kernel stays. */
  async leave(): Promise<void> {
    const { progress } = this.#parts;
    await this.#programming?.stop();
    await this.#lock?.release();
    this.#programming = undefined;
    this.#lock = undefined;
    progress.addressed = false;
    delete progress.tunnel;
    delete progress.config;
  }

  #warnOf({ network, directRouting, warnings }: NetworkConfig): void {
    const { options, underlay, log } = this.#parts;
    if (directRouting && options.programming !== 'eager') {
      log.warn(
        {},
        'Backend.DirectRouting is served by --programming eager alone: every packet goes through the tunnel',
      );
    }
    for (const warning of warnings) {
      log.warn({}, warning);
    }
    if (contains(network, underlay.address)) {
      log.warn(
        { network: formatPrefix(network), underlay: formatIpv4(underlay.address) },
        'the network of the containers contains the address of the underlay: give one of them another range',
      );
    }
  }
}
