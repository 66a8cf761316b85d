const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs what goes on until somebody ends it: a signal, or that nobody reads any more. Either is an end as asked for.
 *
 * @param work returns soon after its signal aborts; `end` aborts it too
 */
export async function live(
  closed: AbortSignal,
  work: (signal: AbortSignal, end: () => void) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const end = () => controller.abort();
  closed.addEventListener('abort', end);
  for (const signal of SIGNALS) {
    process.on(signal, end);
  }
  if (closed.aborted) {
    end();
  }
  try {
    await work(controller.signal, end);
  } finally {
    closed.removeEventListener('abort', end);
    for (const signal of SIGNALS) {
      process.off(signal, end);
    }
  }
}
