/** Resolves to undefined when the signal comes first: a store that does not answer must not hold up the end. */
export async function unlessAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let onAbort = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
    signal.addEventListener('abort', onAbort);
  });
  const answer = await Promise.race([call, aborted]).finally(() =>
    signal.removeEventListener('abort', onAbort),
  );
  return signal.aborted ? undefined : answer;
}
