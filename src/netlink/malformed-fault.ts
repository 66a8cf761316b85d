import { Fault } from '../base/fault.ts';

/** Bytes that are not the message, header or attribute that they should be. The only thing a decoder throws. */
export class MalformedFault extends Fault {}
