import { droppingChains, legacyPolicy } from '../../overlay/host-checks.ts';
import type { Check } from '../ground.ts';
import { command, doubtful, good } from '../outcome.ts';

/** Chains of the forward hook whose policy drops: doubtful, because a rule before it may accept the overlay's packets. */
export const forwardPolicy: Check = {
  name: 'forward policy',
  look: ({ withNetfilter }) => {
    const dropping = [...withNetfilter(droppingChains), ...legacyPolicy()];
    return dropping.length === 0
      ? good('no forward chain drops what no rule accepts')
      : doubtful(
          dropping.map(({ found }) => found).join(', and '),
          command(dropping.map(({ mend }) => mend).join('; ')),
        );
  },
};
