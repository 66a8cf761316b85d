import { OUTCOMES } from '../misses/recording/outcomes.ts';
import { parseNetwork } from '../net/prefix.ts';
import { onOff, questionNames, value } from './option.ts';
import { duration, oneOf } from './parsers.ts';

/** The options of the commands that ask the running daemon. */
export const questionOptions = {
  json: onOff({ name: 'json', commands: questionNames, help: 'Print JSON instead of text.' }),
  watch: onOff({ name: 'watch', commands: ['stats'], help: 'Show it again every second, until Ctrl-C.' }),
  follow: onOff({
    name: 'follow',
    commands: ['misses'],
    help: 'Go on with new misses as they come, until Ctrl-C.',
  }),
  outcome: value({
    name: 'outcome',
    commands: ['misses'],
    value: '<outcome>',
    environment: 'L3MISSD_MISSES_OUTCOME',
    default: '',
    defaultInWords: 'all',
    help: `Only misses that ended so: ${OUTCOMES.join(', ')}.`,
    parse: oneOf(OUTCOMES),
  }),
  subnet: value({
    name: 'subnet',
    commands: ['misses'],
    value: '<network>',
    environment: 'L3MISSD_MISSES_SUBNET',
    default: '',
    defaultInWords: 'all',
    help: 'Only misses of addresses in this network, such as 10.5.7.0/24.',
    parse: parseNetwork,
  }),
  since: value({
    name: 'since',
    commands: ['misses'],
    value: '<duration>',
    environment: 'L3MISSD_MISSES_SINCE',
    default: '',
    defaultInWords: 'all that are kept',
    help: 'Only misses that came not longer ago, such as 5m; 0 for none.',
    parse: duration,
  }),
} as const;
