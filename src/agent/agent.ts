import { backOff } from '../base/back-off.ts';
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { LeaseKeeper } from '../leases/keeper.ts';
import type { LeaseChange } from '../leases/lease.ts';
import { Mirror } from '../leases/mirror.ts';
import type { NetworkConfig } from '../leases/network-config.ts';
import type { LeaseStore } from '../leases/store.ts';
import { waitForConfig } from '../leases/wait-for-config.ts';
import { formatIpv4, type Ipv4 } from '../net/ipv4.ts';
import { contains, formatPrefix } from '../net/prefix.ts';
import { ensureAddressing } from '../overlay/addressing.ts';
import { deviceName, ensureDevice, planDevice } from '../overlay/device.ts';
import { ForwardingTable } from '../overlay/forwarding-table.ts';
import { Programmer } from '../overlay/programmer.ts';
import type { Underlay } from '../overlay/underlay.ts';
import { claimWithPatience } from './claim-with-patience.ts';
import type { Closers } from './closers.ts';
import type { Ending } from './ending.ts';
import { acquireInstanceLock } from './instance-lock.ts';
import { logChanges } from './log-changes.ts';
import type { Progress, Tunnel } from './progress.ts';
import { removeFormerDevices } from './remove-former-devices.ts';
import type { RunOptions } from './run-options.ts';
import { startResolver } from './start-resolver.ts';
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
  #retrying = false;

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

  /** Answers misses and follows the leases of all hosts, our own among them. */
  #follow({ network }: NetworkConfig, { plan, device }: Tunnel): void {
    const { options, publicIp, store, progress, ending, closers, log } = this.#parts;
    const { claim } = progress;
    if (claim === undefined) {
      return;
    }
    const resolver = startResolver({ device, network, ending, closers, log });
    const forwarding = new ForwardingTable(this.#parts.kernel, device.ifindex, log);
    const programmer = new Programmer(forwarding, resolver);
    const keeper = new LeaseKeeper({
      store,
      claim,
      identity: { publicIp, mac: device.mac, vni: plan.vni },
      renewMarginMinutes: options.renewMarginMinutes,
      clock: systemClock,
      random: Math.random,
      log,
      onLost: (fault) => ending.fail(fault),
    });
    const mirror = new Mirror({
      store,
      self: { network, subnet: claim.subnet, publicIp, mac: device.mac },
      clock: systemClock,
      random: Math.random,
      log,
      onChanges: (changes, origin) => this.#program(programmer, changes, origin === 'list'),
      onOwnKey: (stored) => keeper.observe(stored),
    });
    closers.add('lease keeper', () => keeper.stop());
    closers.add('lease mirror', () => mirror.stop());
    Object.assign(progress, { resolver, forwarding, keeper, mirror });
    keeper.run().catch((error: unknown) => ending.fail(error));
    mirror.run().catch((error: unknown) => ending.fail(error));
  }

  #program(programmer: Programmer, changes: readonly LeaseChange[], complete: boolean): void {
    const { progress, ending, log } = this.#parts;
    logChanges(changes, log);
    const done = programmer.program(changes, complete).then(() => {
      if (complete && !progress.programmed) {
        progress.programmed = true;
        log.info({ leases: changes.length }, 'the first complete list of leases is in the kernel');
      }
      return this.#tryRefusedAgain(programmer);
    });
    done.catch((error: unknown) => ending.fail(error));
  }

  /** What the kernel refused, for want of memory as a rule, is written again after a pause, until it takes it. */
  async #tryRefusedAgain(programmer: Programmer): Promise<void> {
    const { progress, ending } = this.#parts;
    if (this.#retrying || progress.forwarding?.incomplete !== true) {
      return;
    }
    this.#retrying = true;
    for (let attempt = 0; progress.forwarding.incomplete && !ending.signal.aborted; attempt++) {
      await systemClock.sleep(backOff(attempt), ending.signal);
      await programmer.program([], true);
    }
    this.#retrying = false;
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
