import { Fault } from '../base/fault.ts';

/** The resolver thread ended, or was used, otherwise than it is meant to. */
export class ThreadFault extends Fault {}
