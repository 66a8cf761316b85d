import type { Clock } from '../base/clock.ts';
import { describeError, Fault } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { listAddresses } from '../kernel/addresses.ts';
import { ChangeMonitor } from '../kernel/change-monitor.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { isHostForwarding, turnHostForwardingOn } from '../kernel/host-forwarding.ts';
import { listLinks } from '../kernel/links.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Device } from '../overlay/device.ts';
import { repairOverlay } from '../overlay/repair.ts';
import { locateUnderlay, type Underlay } from '../overlay/underlay.ts';
import type { Ending } from './ending.ts';
import type { Tunnel } from './progress.ts';

/** Not everything is told of by the kernel (neighbour parameters are not), so it is looked at also unasked. */
const LOOK_EVERY_MS = 10_000;

/** Changes come in groups: an interface that goes down loses its routes. In milliseconds. */
const LOOK_AFTER_MS = 20;

export interface CaretakerOptions {
  readonly kernel: Conversation;
  readonly underlay: Underlay;
  readonly tunnel: Tunnel;
  readonly network: Prefix;
  readonly subnet: Prefix;
  readonly clock: Clock;
  readonly ending: Ending;
  readonly log: Log;
  /** The device was made anew, with another number: everything on it is to be programmed again. */
  readonly onNewDevice: (tunnel: Tunnel) => Promise<void>;
}

/** Puts back what others change of the tunnel device, its address and route, and of forwarding. */
export class Caretaker {
  readonly #options: CaretakerOptions;
  readonly #monitor: ChangeMonitor;
  readonly #closing = new AbortController();
  #tunnel: Tunnel;
  #underlayIsGone = false;
  #hostForwards = false;
  #wake = new AbortController();
  #lastFailure = '';

  /** @throws KernelFault */
  constructor(options: CaretakerOptions) {
    const { tunnel, underlay, ending } = options;
    this.#options = options;
    this.#tunnel = tunnel;
    this.#monitor = new ChangeMonitor({
      watched: { ifindex: tunnel.device.ifindex, underlayIfindex: underlay.ifindex },
      onChange: () => this.#wake.abort(),
      onFailure: (fault) => ending.fail(fault),
    });
  }

  /** Looks after things until stopped. Rejects with what nobody expects. */
  async run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#look();
        this.#lastFailure = '';
      } catch (error) {
        this.#tell(error);
      }
      await clock.sleep(LOOK_EVERY_MS, AbortSignal.any([this.#wake.signal, this.#closing.signal]));
      await clock.sleep(LOOK_AFTER_MS, this.#closing.signal);
      this.#wake = new AbortController();
    }
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#monitor.stop();
  }

  async #look(): Promise<void> {
    const { kernel, log, network, subnet, onNewDevice } = this.#options;
    this.#lookAtForwarding();
    const underlay = this.#findUnderlay();
    if (underlay === undefined) {
      return;
    }
    const plan = { ...this.#tunnel.plan, underlayIfindex: underlay.ifindex };
    const { device, mended } = repairOverlay(
      kernel,
      { plan, device: this.#tunnel.device, network, subnet },
      log,
    );
    for (const found of mended) {
      log.warn({ device: device.name, found }, 'put back what somebody else had changed');
    }
    await this.#adopt({ plan, device }, onNewDevice);
  }

  async #adopt(tunnel: Tunnel, onNewDevice: CaretakerOptions['onNewDevice']): Promise<void> {
    const { ifindex }: Device = this.#tunnel.device;
    this.#tunnel = tunnel;
    if (tunnel.device.ifindex !== ifindex) {
      this.#watch();
      await onNewDevice(tunnel);
    }
  }

  #findUnderlay(): Underlay | undefined {
    const { kernel, underlay, log } = this.#options;
    const host = { links: listLinks(kernel), addresses: listAddresses(kernel) };
    const found = locateUnderlay(host, underlay);
    const fields = { iface: underlay.name, address: formatIpv4(underlay.address) };
    if (found === undefined && !this.#underlayIsGone) {
      log.warn(fields, 'the underlay is gone: no packet can leave until its interface and address are back');
    } else if (found !== undefined && this.#underlayIsGone) {
      log.info(fields, 'the underlay is back');
    }
    if (this.#underlayIsGone !== (found === undefined)) {
      this.#underlayIsGone = found === undefined;
      this.#watch(found?.ifindex);
    }
    return found;
  }

  #watch(underlayIfindex = this.#underlayIsGone ? undefined : this.#tunnel.plan.underlayIfindex): void {
    this.#monitor.watch({ ifindex: this.#tunnel.device.ifindex, underlayIfindex });
  }

  /** The operator's own setting is kept as the operator had it; turned off while containers talk, it is an accident. */
  #lookAtForwarding(): void {
    const { kernel, log } = this.#options;
    const isOn = isHostForwarding(kernel);
    if (this.#hostForwards && !isOn) {
      turnHostForwardingOn();
      log.warn({ found: 'ip_forward was off' }, 'put back what somebody else had changed');
    }
    this.#hostForwards ||= isOn;
  }

  /** What cannot be put back now is tried again with the next look; the same reason is told once. */
  #tell(error: unknown): void {
    if (!(error instanceof Fault)) {
      throw error;
    }
    const reason = describeError(error);
    if (reason !== this.#lastFailure) {
      this.#lastFailure = reason;
      this.#options.log.warn({ reason }, 'could not put everything back; it is tried again');
    }
  }
}
