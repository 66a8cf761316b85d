import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { Claim } from '../leases/claim.ts';
import { LeaseKeeper } from '../leases/keeper.ts';
import type { Lease, LeaseChange } from '../leases/lease.ts';
import { Mirror } from '../leases/mirror.ts';
import type { NetworkConfig } from '../leases/network-config.ts';
import { RemovalHold } from '../leases/removal-hold.ts';
import type { LeaseStore } from '../leases/store.ts';
import { waitForConfig } from '../leases/wait-for-config.ts';
import { formatIpv4, type Ipv4 } from '../net/ipv4.ts';
import { contains, formatPrefix, type Prefix } from '../net/prefix.ts';
import { ensureAddressing } from '../overlay/addressing.ts';
import { deviceName, ensureDevice, planDevice } from '../overlay/device.ts';
import type { Underlay } from '../overlay/underlay.ts';
import { Caretaker } from './caretaker.ts';
import { claimWithPatience } from './claim-with-patience.ts';
import type { Closers } from './closers.ts';
import { DataPlane } from './data-plane.ts';
import type { Ending } from './ending.ts';
import { acquireInstanceLock } from './instance-lock.ts';
import { logChanges } from './log-changes.ts';
import type { Progress, Tunnel } from './progress.ts';
import { removeFormerDevices } from './remove-former-devices.ts';
import type { RunOptions } from './run-options.ts';
import { readPreviousSubnet, writeSubnetFile } from './subnet-file.ts';

export interface AgentParts {
  readonly options: RunOptions;
  readonly kernel: Conversation;
  readonly underlay: Underlay;
  readonly publicIp: Ipv4;
  readonly store: LeaseStore;
  readonly progress: Progress;
  readonly ending: Ending;
  readonly closers: Closers;
  readonly log: Log;
}

/** One host's part in the overlay, from the network's config to answered misses. */
export class Agent {
  readonly #parts: AgentParts;
  /** Everything that the kernel is to hold, by key. */
  readonly #leases = new Map<string, Lease>();
  #plane: DataPlane | undefined;

  constructor(parts: AgentParts) {
    this.#parts = parts;
  }

  /**
   * Joins the overlay. Resolves when everything runs, or when the end was reached on the way.
   *
   * @throws a Fault for what it cannot go on without
   */
  async run(): Promise<void> {
    const { store, ending, log } = this.#parts;
    const config = await waitForConfig({
      store,
      clock: systemClock,
      random: Math.random,
      log,
      signal: ending.signal,
    });
    if (config === undefined) {
      return;
    }
    const tunnel = await this.#raiseTunnel(config);
    if (await this.#claim(config, tunnel)) {
      this.#follow(config, tunnel);
      await this.#publish(config, tunnel);
    }
  }

  async #raiseTunnel(config: NetworkConfig): Promise<Tunnel> {
    const { options, kernel, underlay, progress, closers, log } = this.#parts;
    for (const warning of config.warnings) {
      log.warn({}, warning);
    }
    if (contains(config.network, underlay.address)) {
      log.warn(
        { network: formatPrefix(config.network), underlay: formatIpv4(underlay.address) },
        'the network of the containers contains the address of the underlay: give one of them another range',
      );
    }
    const plan = planDevice(config, underlay);
    const lock = await acquireInstanceLock(deviceName(plan.vni), { controlSocket: options.controlSocket });
    closers.add('instance lock', () => lock.release());
    await removeFormerDevices(kernel, deviceName(plan.vni), options.controlSocket, log);
    const tunnel = { plan, device: ensureDevice(kernel, plan, log) };
    progress.config = config;
    progress.tunnel = tunnel;
    return tunnel;
  }

  /** Returns false when the end was reached first. */
  async #claim(config: NetworkConfig, { plan, device }: Tunnel): Promise<boolean> {
    const { options, kernel, publicIp, store, progress, ending, log } = this.#parts;
    const claim = await claimWithPatience({
      store,
      config,
      identity: { publicIp, mac: device.mac, vni: plan.vni },
      previous: await readPreviousSubnet(options.subnetFile, log),
      random: Math.random,
      clock: systemClock,
      log,
      signal: ending.signal,
    });
    if (claim === undefined || ending.signal.aborted) {
      return false;
    }
    ensureAddressing(kernel, device, config.network, claim.subnet, log);
    progress.claim = claim;
    progress.addressed = true;
    return true;
  }

  /** Answers misses, follows the leases of all hosts, our own among them, and looks after the device. */
  #follow({ network }: NetworkConfig, tunnel: Tunnel): void {
    const { store, progress, ending, closers, log } = this.#parts;
    const { claim } = progress;
    if (claim === undefined) {
      return;
    }
    this.#startDataPlane(tunnel, network);
    closers.add('data plane', () => this.#plane?.close());
    const keeper = this.#makeKeeper(claim, tunnel);
    const hold = this.#makeHold();
    const mirror = new Mirror({
      store,
      self: { network, subnet: claim.subnet, publicIp: this.#parts.publicIp, mac: tunnel.device.mac },
      clock: systemClock,
      random: Math.random,
      log,
      onChanges: (changes, origin, signs) => hold.take(changes, origin, signs),
      onOwnKey: (stored) => keeper.observe(stored),
    });
    const caretaker = this.#makeCaretaker(tunnel, network, claim.subnet);
    closers.add('caretaker', () => caretaker.stop());
    closers.add('removal hold', () => hold.stop());
    closers.add('lease keeper', () => keeper.stop());
    closers.add('lease mirror', () => mirror.stop());
    Object.assign(progress, { keeper, mirror, hold });
    for (const part of [keeper, mirror, hold, caretaker]) {
      part.run().catch((error: unknown) => ending.fail(error));
    }
  }

  #makeKeeper(claim: Claim, { plan, device }: Tunnel): LeaseKeeper {
    const { options, publicIp, store, ending, log } = this.#parts;
    return new LeaseKeeper({
      store,
      claim,
      identity: { publicIp, mac: device.mac, vni: plan.vni },
      renewMarginMinutes: options.renewMarginMinutes,
      clock: systemClock,
      random: Math.random,
      log,
      onLost: (fault) => ending.fail(fault),
    });
  }

  #makeHold(): RemovalHold {
    const { options, log } = this.#parts;
    return new RemovalHold({
      holdMs: options.removalHoldMs,
      clock: systemClock,
      log,
      onChanges: (changes, origin) => this.#program(changes, origin === 'list'),
    });
  }

  #makeCaretaker(tunnel: Tunnel, network: Prefix, subnet: Prefix): Caretaker {
    const { kernel, underlay, progress, ending, log } = this.#parts;
    return new Caretaker({
      kernel,
      underlay,
      tunnel,
      network,
      subnet,
      clock: systemClock,
      ending,
      log,
      onNewDevice: async (renewed) => {
        progress.tunnel = renewed;
        await this.#plane?.close();
        this.#startDataPlane(renewed, network);
        if (progress.programmed) {
          await this.#plane?.program(
            Array.from(this.#leases.values(), (after) => ({ after })),
            true,
          );
        }
      },
    });
  }

  #startDataPlane({ device }: Tunnel, network: Prefix): void {
    const { options, kernel, progress, ending, log } = this.#parts;
    const former = this.#plane;
    this.#plane = new DataPlane({
      kernel,
      device,
      network,
      options,
      clock: systemClock,
      ending,
      log,
      ...(former && {
        counters: { misses: former.resolver.counters, forwarding: former.forwarding.counters },
      }),
    });
    progress.resolver = this.#plane.resolver;
    progress.forwarding = this.#plane.forwarding;
  }

  #program(changes: readonly LeaseChange[], complete: boolean): void {
    const { progress, ending, log } = this.#parts;
    logChanges(changes, log);
    for (const { before, after } of changes) {
      if (before !== undefined) {
        this.#leases.delete(before.key);
      }
      if (after !== undefined) {
        this.#leases.set(after.key, after);
      }
    }
    const plane = this.#plane;
    const done = plane?.program(changes, complete).then(() => {
      if (complete && !progress.programmed) {
        progress.programmed = true;
        log.info({ leases: changes.length }, 'the first complete list of leases is in the kernel');
      }
    });
    done?.catch((error: unknown) => {
      // A plane whose device was made anew is closed, and its successor gets all leases.
      if (plane === this.#plane) {
        ending.fail(error);
      }
    });
  }

  /** Tells the host's container runtime about the subnet, as the last step, when the subnet can carry packets. */
  async #publish({ network }: NetworkConfig, { plan }: Tunnel): Promise<void> {
    const { options, progress, log } = this.#parts;
    if (progress.claim !== undefined) {
      await writeSubnetFile(options.subnetFile, { network, subnet: progress.claim.subnet, mtu: plan.mtu });
      progress.subnetFileWritten = true;
      log.info({ file: options.subnetFile }, 'wrote the subnet file');
    }
  }
}
