import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { Claim } from '../leases/claim.ts';
import { LeaseKeeper } from '../leases/keeper.ts';
import { Mirror } from '../leases/mirror.ts';
import { toStored } from '../leases/mirror-copy.ts';
import { MirrorFile } from '../leases/mirror-file.ts';
import type { NetworkConfig } from '../leases/network-config.ts';
import type { LeaseStore } from '../leases/store.ts';
import { waitForConfig } from '../leases/wait-for-config.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { deviceName } from '../overlay/device.ts';
import type { Underlay } from '../overlay/underlay.ts';
import { claimWithPatience } from './claim-with-patience.ts';
import type { Closers } from './closers.ts';
import type { Ending } from './ending.ts';
import { HostSide } from './host-side.ts';
import type { Programming } from './programming.ts';
import type { Progress, Tunnel } from './progress.ts';
import { removeFormerDevices } from './remove-former-devices.ts';
import type { RunOptions } from './run-options.ts';
import { copyFileOf, type StandIn, standIn } from './stand-in.ts';
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
  readonly #host: HostSide;
  /** Runs instead of the mirror for as long as etcd is away. */
  #standIn: StandIn | undefined;
  #noteComplete: () => void = () => undefined;

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#host = new HostSide({ ...parts, onComplete: () => this.#noteComplete() });
    parts.closers.add("this host's side", () => this.#host.leave());
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
      onUnreachable: async () => {
        this.#standIn = await standIn(this.#host, this.#parts);
      },
      signal: ending.signal,
    });
    if (config === undefined) {
      return;
    }
    const tunnel = await this.#raiseTunnel(config);
    const claim = await this.#claim(config, tunnel);
    if (claim !== undefined) {
      await this.#follow(config, claim);
      await this.#publish(config, claim, tunnel);
    }
  }

  /** The stand-in's device is kept when the config is the one that it goes by. */
  async #raiseTunnel(config: NetworkConfig): Promise<Tunnel> {
    const { options, kernel, progress, log } = this.#parts;
    if (this.#standIn !== undefined && this.#standIn.copy.configText !== config.text) {
      log.warn({}, 'the network config is another one than that of the copy: starting anew');
      await this.#host.leave();
      this.#standIn = undefined;
    }
    const tunnel = progress.tunnel ?? (await this.#host.raise(config));
    await removeFormerDevices(kernel, deviceName(tunnel.plan.vni), options.controlSocket, log);
    return tunnel;
  }

  /** Undefined when the end was reached first. */
  async #claim(config: NetworkConfig, { plan, device }: Tunnel): Promise<Claim | undefined> {
    const { options, publicIp, store, ending, log } = this.#parts;
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
    return ending.signal.aborted ? undefined : claim;
  }

  /** Answers misses, follows the leases of all hosts, our own among them, and looks after the device. */
  async #follow(config: NetworkConfig, claim: Claim): Promise<void> {
    const { publicIp, store, progress, ending, closers, log } = this.#parts;
    const tunnel = progress.tunnel;
    if (tunnel === undefined) {
      return;
    }
    progress.claim = claim;
    const programming = await this.#host.settle(tunnel, config, claim.subnet);
    if (programming === undefined) {
      return;
    }
    const keeper = this.#makeKeeper(claim, tunnel);
    const own = { subnet: claim.subnet, publicIp, mac: tunnel.device.mac };
    const known = this.#standIn?.programming === programming ? this.#standIn.copy : undefined;
    const mirror = new Mirror({
      store,
      self: { ...own, network: config.network },
      ...(known === undefined ? {} : { known: { revision: known.revision, entries: known.leases } }),
      clock: systemClock,
      random: Math.random,
      log,
      onChanges: (changes, origin, signs) => programming.take(changes, origin, signs),
      onOwnKey: (stored) => keeper.observe(stored),
    });
    const file = this.#makeFile(config, own, mirror, programming);
    closers.add('copy of the leases', () => file.stop());
    closers.add('lease keeper', () => keeper.stop());
    closers.add('lease mirror', () => mirror.stop());
    Object.assign(progress, { keeper, mirror, file });
    for (const part of [keeper, mirror, file]) {
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

  /** What waits to be removed is in the copy, because the kernel has it too. */
  #makeFile(
    { text: configText, vni }: NetworkConfig,
    own: StandIn['copy']['own'],
    mirror: Mirror,
    programming: Programming,
  ): MirrorFile {
    const { options, log } = this.#parts;
    const file = new MirrorFile({ path: copyFileOf(options.controlSocket), clock: systemClock, log });
    this.#noteComplete = () =>
      file.note(() => ({
        prefix: options.etcdPrefix,
        configText,
        own,
        revision: mirror.snapshot().revision,
        leases: programming.leases.map((lease) => toStored(lease, vni)),
      }));
    return file;
  }

  /** Tells the host's container runtime about the subnet, as the last step, when the subnet can carry packets. */
  async #publish({ network }: NetworkConfig, { subnet }: Claim, { plan }: Tunnel): Promise<void> {
    const { options, progress, log } = this.#parts;
    await writeSubnetFile(options.subnetFile, { network, subnet, mtu: plan.mtu });
    progress.subnetFileWritten = true;
    log.info({ file: options.subnetFile }, 'wrote the subnet file');
  }
}
