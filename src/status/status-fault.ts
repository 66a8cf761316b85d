import { Fault } from '../base/fault.ts';

/** A status server that cannot be raised, or a daemon that cannot be asked. */
export class StatusFault extends Fault {}
