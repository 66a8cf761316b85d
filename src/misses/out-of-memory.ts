/** Refusals after which nothing changed, so that the same may succeed later. */
export const OUT_OF_MEMORY: ReadonlySet<string> = new Set(['ENOBUFS', 'ENOMEM', 'EAGAIN']);
