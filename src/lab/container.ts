import type { Namespace } from './namespace.ts';

/** What stands behind a host: a namespace with one interface in the host's container bridge. */
export interface Container {
  /** `h1-c1`: the first container of the first host. */
  readonly name: string;
  readonly hostName: string;
  readonly address: string;
  readonly namespace: Namespace;
}
