import { errnoName } from '../src/base/errno.ts';
import { Fault } from '../src/base/fault.ts';

/** A system call that failed: `code` is the name of its errno (EPERM, ENOBUFS). */
export class SystemCallFault extends Fault {
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = errnoName(errno);
    super(call, code, 'success');
    this.code = code;
  }
}
