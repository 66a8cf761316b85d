import { z } from 'zod';
import type { Page } from './page.ts';

const durations = z.array(z.number());

/** Begins to note tasks of the page that take more than 50 ms (W3C, Long Tasks API), those since it was opened too. */
export async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    window.longTasks = [];
    const note = (list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration));
    new PerformanceObserver(note).observe({ type: 'longtask', buffered: true });
  })()`);
}

/** How many milliseconds each of them took. */
export async function longTasks(page: Page): Promise<number[]> {
  // The observer is told in a task of its own.
  await page.evaluate('new Promise((resolve) => setTimeout(resolve, 100))');
  return durations.parse(await page.evaluate('window.longTasks'));
}
