import type { Results } from '../results.ts';
import { countText, listText, numberText, shareText } from './numbers.ts';

/** Of the processors' time; less is not worth a word. */
const LEAST_STOLEN = 0.001;

export type Fact = readonly [name: string, text: string];

/** On which machine, when and what: for the table and for the page. Holds foreign text. */
export function factsOf({ machine, plan, startedAt, seconds, interrupted, ...rest }: Results): Fact[] {
  const limits = Object.entries(machine.limits).map(([path, value]) => `${path} ${value}`);
  return [
    ['measured', `${startedAt}, in ${durationText(seconds)}${interrupted ? ', interrupted' : ''}`],
    [
      'machine',
      `${machine.processor}, ${countText(machine.processors, 'processor')}, ${memoryText(machine)}`,
    ],
    [
      'software',
      `Linux ${machine.kernel}, Node.js ${machine.node.replace(/^v/, '')}, l3missd ${machine.l3missd}`,
    ],
    ['as root', machine.root ? 'yes' : 'no, in a user namespace'],
    ['nodes', listText(plan.nodes.map((count) => count.toLocaleString('en')))],
    ['active', `${listText(plan.active.map(shareText))} of the nodes are talked to`],
    ['pods', `${numberText(plan.podsPerNode)} per node`],
    ['rounds', numberText(plan.rounds)],
    ...disturbance(rest),
    ...(limits.length === 0 ? [] : [['limits', limits.join(', ')] as const]),
  ];
}

/** Nothing where nobody knows, or where it is nothing. */
function disturbance({ stolen = 0, setAside }: Pick<Results, 'stolen' | 'setAside'>): Fact[] {
  if (stolen < LEAST_STOLEN && setAside.length === 0) {
    return [];
  }
  const again = setAside.length === 0 ? '' : `; ${countText(setAside.length, 'round')} taken again`;
  return [
    [
      'disturbed',
      `the hypervisor gave ${shareText(stolen)} of the processors' time to other machines${again}`,
    ],
  ];
}

function memoryText({ memoryMiB }: Results['machine']): string {
  return `${numberText(memoryMiB)} MiB of memory`;
}

function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 120 ? countText(whole, 'second') : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
