import { LabFault } from '../lab/lab-fault.ts';

/** The comparison cannot run here, or what it started did not do its part. */
export class CompareFault extends LabFault {}
