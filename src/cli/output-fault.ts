import { Fault } from '../base/fault.ts';

/** What a command shows cannot be written to stdout. */
export class OutputFault extends Fault {}
