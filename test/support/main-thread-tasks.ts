import { z } from 'zod';
import type { DevtoolsPipe } from './devtools-pipe.ts';
import type { Page } from './page.ts';

/** Everything that a thread does for a page is one of these. */
const TASK = 'RunTask';
const TASKS = 'disabled-by-default-devtools.timeline';
/** What a page says of itself in the trace (`performance.mark`). */
const MARKS = 'blink.user_timing';
const OWN_MARK = 'watched';

const eventSchema = z.looseObject({
  name: z.string(),
  pid: z.number(),
  tid: z.number(),
  /** Microseconds of the thread's processor time; left out where there was next to none. */
  tdur: z.number().default(0),
});
const collectedSchema = z.looseObject({ value: z.array(eventSchema) });

type Event = z.infer<typeof eventSchema>;

/**
 * Does something with a page, which may be opened for that, and tells how many milliseconds of processor time each task of its
 * main thread took meanwhile. The clock on the wall would also count what others on this machine take of its processors.
 */
export async function tasksDuring(pipe: DevtoolsPipe, work: () => Promise<Page>): Promise<number[]> {
  const events: Event[] = [];
  const ended = new Promise<void>((resolve) => {
    // Of the browser itself, not of a page: a session without a name.
    pipe.listen('', (method, params) => {
      if (method === 'Tracing.dataCollected') {
        events.push(...collectedSchema.parse(params).value);
      } else if (method === 'Tracing.tracingComplete') {
        resolve();
      }
    });
  });
  await pipe.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      recordMode: 'recordAsMuchAsPossible',
      includedCategories: [TASKS, MARKS],
      excludedCategories: ['*'],
    },
  });
  try {
    const page = await work();
    await page.evaluate(`performance.mark('${OWN_MARK}').name`);
  } finally {
    await pipe.send('Tracing.end');
    await ended;
  }
  return tasksOfWatched(events);
}

/** Pages of other tabs, and such as Chromium keeps in reserve, have threads of their own. */
function tasksOfWatched(events: readonly Event[]): number[] {
  const threadOf = ({ pid, tid }: Event) => `${pid}/${tid}`;
  const watched = new Set(events.filter(({ name }) => name === OWN_MARK).map(threadOf));
  return events
    .filter((event) => event.name === TASK && watched.has(threadOf(event)))
    .map(({ tdur }) => tdur / 1000);
}
