import { deleteLeases, plannedLease, putLeases } from '../lab/planned-leases.ts';
import { leasesOf, movedLeasesOf } from './address-plan.ts';
import { CHANGE_SIZES, type ChangeKind, type ChangeSize } from './figures-of-changes.ts';
import type { Scene } from './scene.ts';
import type { Stand } from './stand.ts';

/**
 * Of fewer leases a hundred are so many that their going at once is doubted: see --removal-hold, which begins with half.
 */
const FEWEST_FOR_MANY = 200;

/** How many nodes change at once in a cluster of so many. */
export function changeSizes(nodes: number): ChangeSize[] {
  return CHANGE_SIZES.filter((size) => size === 1 || nodes >= FEWEST_FOR_MANY);
}

export const TOO_FEW_FOR_MANY = `A hundred changes at once in clusters of fewer than ${FEWEST_FOR_MANY} nodes: that half of the leases vanish is doubted by some agents (--removal-hold).`;

/** Nodes behind those of the plan, which join, move and leave. */
export class ChangingNodes {
  readonly numbers: readonly number[];
  readonly #scene: Scene;
  readonly #stand: Stand;

  constructor(scene: Scene, stand: Stand, nodes: number, size: ChangeSize) {
    this.#scene = scene;
    this.#stand = stand;
    this.numbers = Array.from({ length: size }, (_, index) => nodes + 1 + index);
  }

  /** Cuts the former ends of the tunnel off, as it is when a host has another address. */
  async leaveUnderlay(): Promise<void> {
    await this.#scene.remote.namespace.configure(
      ...this.#formerEndpoints().map((address) => `route replace table local blackhole ${address}`),
    );
  }

  /** Undoes `leaveUnderlay`. */
  async returnToUnderlay(): Promise<void> {
    await this.#scene.remote.namespace.configure(
      ...this.#formerEndpoints().map((address) => `route delete table local blackhole ${address}`),
    );
  }

  /** Writes to etcd what makes the nodes join, move or leave. */
  async publish(kind: ChangeKind): Promise<void> {
    const { etcd } = this.#scene.lab;
    const { etcdPrefix } = this.#stand.cluster;
    const [first = 0] = this.numbers;
    const count = this.numbers.length;
    switch (kind) {
      case 'join':
        return putLeases(etcd, etcdPrefix, leasesOf(first, count));
      case 'move':
        return putLeases(etcd, etcdPrefix, movedLeasesOf(first, count));
      case 'leave':
        return deleteLeases(etcd, etcdPrefix, leasesOf(first, count));
    }
  }

  #formerEndpoints(): string[] {
    return this.numbers.map((number) => String(JSON.parse(plannedLease(number).value).PublicIP));
  }
}
