import { isDeepStrictEqual } from 'node:util';
import { boundedLog } from '../base/bounded-log.ts';
import { Budget } from '../base/budget.ts';
import type { Clock } from '../base/clock.ts';
import { describeError, Fault } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { listAddresses } from '../kernel/addresses.ts';
import type { Watched } from '../kernel/change-filter.ts';
import { ChangeMonitor, type ChangeMonitorOptions } from '../kernel/change-monitor.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { isHostForwarding, turnHostForwardingOn } from '../kernel/host-forwarding.ts';
import { listLinks } from '../kernel/links.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Mode } from '../overlay/modes.ts';
import { repairOverlay } from '../overlay/repair.ts';
import { locateUnderlay, type Underlay } from '../overlay/underlay.ts';
import type { Ending } from './ending.ts';
import type { Tunnel } from './progress.ts';

/** Not everything is told of by the kernel (neighbour parameters are not), so it is looked at also unasked. */
const LOOK_EVERY_MS = 10_000;

/** Changes come in groups: an interface that goes down loses its routes. In milliseconds. */
const LOOK_AFTER_MS = 20;

/** The same when something was put back so often that somebody seems to insist on it: to argue costs more than to wait. */
const QUARREL_MS = 1000;

export interface CaretakerOptions {
  readonly kernel: Conversation;
  readonly underlay: Underlay;
  readonly tunnel: Tunnel;
  readonly network: Prefix;
  readonly subnet: Prefix;
  readonly mode: Mode;
  /** By which the kernel names routes that the agent writes elsewhere (nlmsg_pid). */
  readonly ownPorts: () => readonly number[];
  readonly clock: Clock;
  readonly ending: Ending;
  readonly log: Log;
  /** The device was made anew, with another number: everything on it is to be programmed again. */
  readonly onNewDevice: (tunnel: Tunnel) => Promise<void>;
  /** Something was put back. The kernel may have dropped neighbours with it, of which it tells nobody. */
  readonly onMended: () => void;
  /** The tunnel is as it should be; what depends on the host's own routes may not be. */
  readonly onLook: () => void;
  /** Somebody changed something, perhaps a route that is looked after elsewhere. */
  readonly onChange: () => void;
  /** What tells of changes: the kernel unless told. */
  readonly openMonitor?: (options: ChangeMonitorOptions) => Monitor;
}

type Monitor = Pick<ChangeMonitor, 'watch' | 'stop'>;

/** Puts back what others change of the tunnel device, its address and route, and of forwarding. */
export class Caretaker {
  readonly #options: CaretakerOptions;
  readonly #monitor: Monitor;
  readonly #closing = new AbortController();
  /** Why an attempt failed, by its name. */
  readonly #failures = new Map<string, string>();
  readonly #budget: Budget;
  #tunnel: Tunnel;
  #running: Promise<void> = Promise.resolve();
  #underlayIsGone = false;
  #hostForwards = false;
  #wake = new AbortController();
  /** It looks because it was told of a change. */
  #isWoken = false;
  #watched: Watched;
  #pause = LOOK_AFTER_MS;

  /** @throws KernelFault */
  constructor(options: CaretakerOptions) {
    const { tunnel, network, ownPorts, ending, openMonitor = (told) => new ChangeMonitor(told) } = options;
    this.#options = { ...options, log: boundedLog(options.log, options.clock) };
    this.#budget = new Budget(options.clock);
    this.#tunnel = tunnel;
    this.#watched = {
      ifindex: tunnel.device.ifindex,
      underlayIfindex: tunnel.plan.underlayIfindex,
      network,
      ownPorts: ownPorts(),
    };
    this.#monitor = openMonitor({
      watched: this.#watched,
      onChange: () => this.#wake.abort(),
      onFailure: (fault) => ending.fail(fault),
    });
  }

  /** Looks after things until stopped. Rejects with what nobody expects. */
  run(): Promise<void> {
    this.#running = this.#loop();
    return this.#running;
  }

  /** Ends it when what it is about to put back is back. */
  async stop(): Promise<void> {
    this.#closing.abort();
    // Why it ended is for whoever called run().
    await this.#running.catch(() => undefined);
    await this.#monitor.stop();
  }

  async #loop(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#closing.signal.aborted) {
      this.#pause = LOOK_AFTER_MS;
      await this.#attempt('forwarding', () => this.#lookAtForwarding());
      const isWhole = await this.#attempt('tunnel', () => this.#lookAtTunnel());
      if (this.#closing.signal.aborted) {
        return;
      }
      this.#watch(isWhole);
      await clock.sleep(LOOK_EVERY_MS, AbortSignal.any([this.#wake.signal, this.#closing.signal]));
      await clock.sleep(this.#pause, this.#closing.signal);
      this.#isWoken = this.#wake.signal.aborted;
      this.#wake = new AbortController();
    }
  }

  /** What cannot be put back now is tried again with the next look; the same reason is told once. */
  async #attempt(what: string, look: () => boolean | Promise<boolean>): Promise<boolean> {
    try {
      const isWhole = await look();
      this.#failures.delete(what);
      return isWhole;
    } catch (error) {
      if (!(error instanceof Fault)) {
        throw error;
      }
      const reason = describeError(error);
      if (this.#failures.get(what) !== reason) {
        this.#failures.set(what, reason);
        this.#options.log.warn({ reason }, 'could not put everything back; it is tried again');
      }
      return false;
    }
  }

  /** Returns whether the tunnel is as it should be. */
  async #lookAtTunnel(): Promise<boolean> {
    const { kernel, log, network, subnet, mode, onMended } = this.#options;
    const underlay = this.#findUnderlay();
    if (underlay === undefined) {
      return false;
    }
    const plan = { ...this.#tunnel.plan, underlayIfindex: underlay.ifindex };
    const wanted = { plan, device: this.#tunnel.device, network, subnet, mode };
    const { device, mended, refused } = repairOverlay(kernel, wanted, log);
    if (mended.length > 0) {
      this.#tell({ device: device.name, found: mended.join('; ') });
    }
    await this.#adopt({ plan, device });
    if (mended.length > 0) {
      onMended();
    } else if (this.#isWoken) {
      this.#options.onChange();
    }
    const [first] = refused;
    if (first !== undefined) {
      throw first;
    }
    this.#options.onLook();
    return true;
  }

  /** A number that could not be taken over is new again at the next look. */
  async #adopt(tunnel: Tunnel): Promise<void> {
    if (tunnel.device.ifindex !== this.#tunnel.device.ifindex) {
      await this.#options.onNewDevice(tunnel);
    }
    this.#tunnel = tunnel;
  }

  #findUnderlay(): Underlay | undefined {
    const { kernel, underlay, log } = this.#options;
    const host = { links: listLinks(kernel), addresses: listAddresses(kernel) };
    const found = locateUnderlay(host, underlay);
    const fields = { iface: underlay.name, address: formatIpv4(underlay.address) };
    if (found === undefined && !this.#underlayIsGone) {
      log.warn(
        fields,
        'the underlay is gone: no packet can leave until its interface is up with its address',
      );
    } else if (found !== undefined && this.#underlayIsGone) {
      log.info(fields, 'the underlay is back');
    }
    this.#underlayIsGone = found === undefined;
    return found;
  }

  /**
   * While something is wrong, whatever stands in its way may have any number: then all interfaces are watched. What came
   * between the look and the new filter is looked at too.
   */
  #watch(isWhole: boolean): void {
    const { device, plan } = this.#tunnel;
    const watched: Watched = {
      ...this.#watched,
      ifindex: device.ifindex,
      underlayIfindex: isWhole ? plan.underlayIfindex : undefined,
      ownPorts: this.#options.ownPorts(),
    };
    if (!isDeepStrictEqual(watched, this.#watched)) {
      this.#watched = watched;
      this.#monitor.watch(watched);
      this.#wake.abort();
    }
  }

  #tell(what: { readonly device?: string; readonly found: string }): void {
    this.#options.log.warn(what, 'put back what somebody else had changed');
    if (!this.#budget.take()) {
      this.#pause = QUARREL_MS;
    }
  }

  /** The operator's own setting is kept as the operator had it; turned off while containers talk, it is an accident. */
  #lookAtForwarding(): boolean {
    const { kernel } = this.#options;
    const isOn = isHostForwarding(kernel);
    if (this.#hostForwards && !isOn) {
      turnHostForwardingOn();
      this.#tell({ found: 'ip_forward was off' });
    }
    this.#hostForwards ||= isOn;
    return true;
  }
}
