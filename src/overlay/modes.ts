/** When entries for remote hosts come into the kernel: see `--programming`. */
export type ModeName = 'lazy' | 'lazy-subnet' | 'eager';

/** What the kernel should hold. In every mode a neighbour leads to a forwarding entry. */
export interface Mode {
  readonly name: ModeName;
  /** One route for the whole network: every address that has no entry is asked for. */
  readonly networkRoute: boolean;
  /**
   * When a remote subnet gets a route through its own network address, with the neighbour and the forwarding entry that
   * carry packets to it without a question for each address.
   */
  readonly subnetRoutes: 'never' | 'with-miss' | 'with-lease';
}

const modes: Readonly<Record<ModeName, Mode>> = {
  lazy: { name: 'lazy', networkRoute: true, subnetRoutes: 'never' },
  'lazy-subnet': { name: 'lazy-subnet', networkRoute: true, subnetRoutes: 'with-miss' },
  eager: { name: 'eager', networkRoute: false, subnetRoutes: 'with-lease' },
};

export const MODE_NAMES = ['lazy', 'lazy-subnet', 'eager'] as const satisfies readonly ModeName[];

export function modeOf(name: ModeName): Mode {
  return modes[name];
}
