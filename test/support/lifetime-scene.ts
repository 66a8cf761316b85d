import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Container } from '../../src/lab/container.ts';
import type { Host } from '../../src/lab/host.ts';
import { unicastNeighbours } from '../../src/lab/kernel-view.ts';
import type { Lab, LabOptions } from '../../src/lab/lab.ts';
import { type Flow, FlowProgram, type FlowResult, flowSkipReason } from './flow.ts';
import { labFor, labSkipReason } from './lab-fixture.ts';
import { StaticPeer, statsOf } from './static-peer.ts';

export const SCENE_LAB: LabOptions = { hosts: 2 };

export const PEER = { network: '10.5.77', mac: '02:00:00:00:77:01', publicIp: '10.99.0.12' };

export interface TrafficPlan {
  /** Forwarded from a container unless told. */
  readonly from?: 'host' | 'container';
  /** Of the first address: 1 is 10.5.77.1. */
  readonly last: number;
  readonly addresses?: number;
  readonly rate: number;
  /** Until it is stopped, unless told. */
  readonly seconds?: number;
}

/** Why there are no such scenes here, or false when there are: for the `skip` option of a test. */
export function sceneSkipReason(): string | false {
  return labSkipReason() || flowSkipReason();
}

/** A host with a daemon and a container, and another one without a daemon that has every address of its subnet. */
export class LifetimeScene {
  readonly lab: Lab;
  readonly host: Host;
  readonly peer: StaticPeer;
  readonly #container: Container;
  readonly #program: FlowProgram;
  #port = 7200;

  private constructor(lab: Lab, peer: StaticPeer, container: Container, program: FlowProgram) {
    this.lab = lab;
    this.host = lab.host(1);
    this.peer = peer;
    this.#container = container;
    this.#program = program;
  }

  /** @param daemonArguments of each start of the daemon */
  static async set(test: TestContext, ...daemonArguments: string[]): Promise<LifetimeScene> {
    return LifetimeScene.setIn(await labFor(test, { ...SCENE_LAB, daemonArguments }));
  }

  /**
   * @param lab with the options SCENE_LAB, which no other scene was set in
   * @param startArguments of the first start of the daemon
   */
  static async setIn(lab: Lab, ...startArguments: string[]): Promise<LifetimeScene> {
    const host = lab.host(1);
    const peer = new StaticPeer(lab, lab.host(2), PEER);
    await peer.publish();
    await host.daemon.start(...startArguments);
    await host.addContainers(1);
    const [container] = host.containers;
    assert.ok(container);
    await peer.raise(host);
    await lab.host(2).namespace.configure(`route add local ${PEER.network}.0/24 dev lo`);
    const program = await FlowProgram.compile(lab.folder);
    return new LifetimeScene(lab, peer, container, program);
  }

  /** Starts traffic to the peer's addresses. */
  flow({ from = 'container', last, addresses = 1, ...plan }: TrafficPlan): Promise<Flow> {
    this.#port += 1;
    return this.#program.start({
      from: from === 'host' ? this.host.namespace : this.#container.namespace,
      to: this.lab.host(2).namespace,
      address: addressOf(last),
      addresses,
      ...plan,
      port: this.#port,
    });
  }

  /** One packet to each of the addresses, 200 a second unless told; nobody counts them. */
  async touch(last: number, count = 1, rate = 200): Promise<void> {
    const { sent } = await this.#program.scan(this.#container.namespace, {
      first: addressOf(last),
      count,
      rate,
    });
    assert.equal(sent, count);
  }

  /** The state of each entry for one of the peer's addresses, by the address's last number. */
  async states(): Promise<Map<number, string>> {
    const entries = await unicastNeighbours(this.host);
    return new Map(
      entries
        .filter(({ dst }) => dst.startsWith(`${PEER.network}.`))
        .map(({ dst, state }) => [Number(dst.split('.')[3]), state.join(' ')]),
    );
  }

  /** The misses that the daemon answered since its start. */
  async answered(): Promise<number> {
    return (await statsOf(this.host)).misses.answered;
  }

  /** Kills the daemon without a warning. */
  async kill(): Promise<void> {
    const { process } = this.host.daemon;
    process.kill('SIGKILL');
    await process.wait();
  }
}

export function addressOf(last: number): string {
  return `${PEER.network}.${last}`;
}

/** Every packet arrived, once, and there were about as many as there should be. */
export function assertWhole(what: string, result: FlowResult, least: number): void {
  const { lost, missing, duplicates, overflowed, refused, received } = result;
  assert.deepEqual(
    { lost, missing: missing.ranges, duplicates, overflowed, refused },
    { lost: 0, missing: [], duplicates: 0, overflowed: 0, refused: 0 },
    what,
  );
  assert.ok(received >= least, `${what}: ${received} packets came, ${least} are the least that is sensible`);
}

/** For `diagnostic`: what became of a flow. */
export function figures(what: string, { sent, lost, delays }: FlowResult): string {
  return `${what}: ${sent} sent, ${lost} lost, delay p50 ${delays.p50} us, p99 ${delays.p99} us, max ${delays.max} us`;
}
