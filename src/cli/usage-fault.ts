import { Fault } from '../base/fault.ts';

/** An argument or an environment variable that cannot be taken: the process ends with exit code 2. */
export class UsageFault extends Fault {}
