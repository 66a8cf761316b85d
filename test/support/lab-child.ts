import { Guard } from '../../src/lab/guard.ts';
import { Lab } from '../../src/lab/lab.ts';

/**
 * Raises a lab in a process of its own, which tests then end in some way. Its argument says what happens at the end:
 * `stay` waits, `throw` and `reject` end with an error that nobody catches, `keep` leaves the lab up. It prints the
 * lab's name first and `up` when the lab is raised.
 */
const [ending] = process.argv.slice(2);
const lab = Lab.reserve({ outlive: ending === 'keep' });
const guard = new Guard(lab, { crashes: true });
process.stdout.write(`${lab.name}\n`);
await lab.raise();
process.stdout.write('up\n');
switch (ending) {
  case 'throw':
    setImmediate(() => {
      throw new RangeError('thrown on purpose');
    });
    break;
  case 'reject':
    void Promise.reject(new RangeError('rejected on purpose'));
    break;
  case 'keep':
    lab.keep();
    guard.off();
    break;
  default:
    setInterval(() => undefined, 60_000);
}
