import { firstState, seen, type TopLook, type TopState } from '../../../src/cli/top/top-state.ts';
import { sampleReport, sampleTop } from '../show/samples.ts';

/** A look at the samples, so many seconds later, when the first destination and the second subnet had so many more misses. */
export function lookAfter(seconds: number, more = 0): TopLook {
  const [firstDestination, ...destinations] = sampleTop.destinations;
  const [firstSubnet, secondSubnet, ...subnets] = sampleTop.subnets;
  if (firstDestination === undefined || firstSubnet === undefined || secondSubnet === undefined) {
    throw new Error('the samples have too little');
  }
  return {
    ...sampleReport,
    at: 1000 * seconds,
    top: {
      ...sampleTop,
      destinations: [{ ...firstDestination, misses: firstDestination.misses + more }, ...destinations],
      subnets: [firstSubnet, { ...secondSubnet, misses: secondSubnet.misses + more }, ...subnets],
    },
  };
}

/** After two looks, five seconds apart. */
export function sampleState(more: Partial<TopState> = {}): TopState {
  return { ...seen(firstState(lookAfter(10)), lookAfter(15, 505)), ...more };
}
