import { isHostForwarding } from '../../kernel/host-forwarding.ts';
import { FORWARDING_OFF } from '../../overlay/host-checks.ts';
import type { Check } from '../ground.ts';
import { bad, command, good } from '../outcome.ts';

/** Containers' packets pass from their bridge to the tunnel only where the host forwards. */
export const hostForwarding: Check = {
  name: 'host forwarding',
  look: ({ kernel }) =>
    isHostForwarding(kernel)
      ? good('the host forwards IPv4')
      : bad(FORWARDING_OFF.found, command(FORWARDING_OFF.mend)),
};
