/**
 * Loads the daemon, and before it what opens sockets: ffi-napi 4.0.3 tells V8 of 18 GiB outside of its heap, and V8 collects all
 * garbage a dozen times when it is loaded. With nothing else there yet that takes 0.1 s, with everything 0.5 s.
 */
export async function loadDaemon(): Promise<typeof import('./daemon.ts')> {
  await import('../../native-bindings/libc.ts');
  return await import('./daemon.ts');
}
