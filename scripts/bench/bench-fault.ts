import { Fault } from '../../src/base/fault.ts';

/** The benchmark cannot run here, or what it started did not do its part. */
export class BenchFault extends Fault {}
