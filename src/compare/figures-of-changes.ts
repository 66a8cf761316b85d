import type { Figure } from './figure.ts';

const CHANGES = 'Changes of the cluster';
const KILLED = 'The agent killed';

const common = { statistic: 'median', better: 'less', byActive: false } as const;

export const CHANGE_KINDS = ['join', 'move', 'leave'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** How many nodes change at once. */
export const CHANGE_SIZES = [1, 100] as const;
export type ChangeSize = (typeof CHANGE_SIZES)[number];

const TITLES = { join: ['joins', 'join'], move: ['moves', 'move'], leave: ['leaves', 'leave'] } as const;

const WHAT: Readonly<Record<ChangeKind, string>> = {
  join: 'From the writing of the lease until a container gets the first answer from the new node',
  move: 'From the writing of the lease with another PublicIP, the former one being dead, until a container gets an answer again',
  leave: 'From the deletion of the lease until the first ping from a container that is not answered any more',
};

/** The moments after the kill, in seconds. */
export const KILLED_AFTER = [5, 60, 120] as const;

export const CHANGE_FIGURES: readonly Figure[] = [
  ...CHANGE_SIZES.flatMap((size) =>
    CHANGE_KINDS.flatMap((kind): Figure[] => [
      {
        ...common,
        id: `change.${kind}.${size}`,
        series: `change.${kind}.${size}`,
        group: CHANGES,
        title: titleOf(kind, size),
        unit: 'ms',
        sentence: `${WHAT[kind]}${size === 1 ? '' : `; ${size} nodes in one transaction, until the last of them`}, with pings every half millisecond.`,
      },
      {
        ...common,
        id: `change.${kind}.${size}.requests`,
        series: `change.${kind}.${size}.requests`,
        group: CHANGES,
        title: `${titleOf(kind, size)}, requests`,
        unit: '',
        sentence:
          'Messages by which the agent asks route netlink to change something for it, counted by strace, without traffic to the node.',
      },
    ]),
  ),
  {
    ...common,
    statistic: 'sum',
    id: 'change.missed',
    series: 'change.missed',
    group: CHANGES,
    title: 'changes not followed',
    unit: '',
    sentence: 'Nodes whose change had no effect on packets within 5 s, in all rounds together.',
  },
  ...(['known', 'new'] as const).flatMap((which) =>
    KILLED_AFTER.map(
      (seconds): Figure => ({
        ...common,
        better: 'more',
        id: `killed.${which}.${seconds}`,
        series: `killed.${which}.${seconds}`,
        group: KILLED,
        title: `${which}, after ${seconds} s`,
        unit: '%',
        sentence: `Share of ${
          which === 'known'
            ? 'destinations that were talked to before'
            : 'destinations on nodes that were never talked to'
        } that answer ${seconds} s after the agent was killed (SIGKILL), for one number of nodes.`,
      }),
    ),
  ),
];

function titleOf(kind: ChangeKind, size: ChangeSize): string {
  const [one, many] = TITLES[kind];
  return size === 1 ? `a node ${one}` : `${size} nodes ${many}`;
}
