import { Fault } from '../base/fault.ts';

/** Something that the doctor could not look at. */
export class DiagnosisFault extends Fault {}
