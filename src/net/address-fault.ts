import { Fault } from '../base/fault.ts';

/** A text that is not the address, prefix or MAC that it should be. */
export class AddressFault extends Fault {}
