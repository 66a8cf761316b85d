import { Fault } from '../base/fault.ts';

/** The lab could not be raised, used or taken down. */
export class LabFault extends Fault {}
