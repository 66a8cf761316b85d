import { Fault } from '../base/fault.ts';

/** The cluster's network config is missing a rule or breaks one: only its author can mend that. */
export class ConfigFault extends Fault {}

/** A lease that cannot be read, made or kept. */
export class LeaseFault extends Fault {}

/**
 * Trouble with etcd itself: unreachable, too slow, refusing. Always worth another attempt; a write that ends so may
 * have been carried out all the same.
 */
export class StoreFault extends Fault {}
