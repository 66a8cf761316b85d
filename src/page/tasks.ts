/**
 * Ends this task and goes on in the next one: work that takes long is cut by it, so that the page answers its reader
 * meanwhile.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    window.setTimeout(resolve);
  });
}
