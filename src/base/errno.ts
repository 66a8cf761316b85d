import { constants } from 'node:os';

/** EWOULDBLOCK has the number of EAGAIN, which is what Node's own errors are called. */
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno)
    .filter(([name]) => name !== 'EWOULDBLOCK')
    .map(([name, value]) => [value, name] as const),
);

/** The name of an errno, or `errno N` where Node has none for it. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? `errno ${errno}`;
}

/** The number behind an errno's name; 0 for a name that Node does not know. */
export function errnoNumber(name: string): number {
  return Object.entries(constants.errno).find(([known]) => known === name)?.[1] ?? 0;
}

/** The errno's name in an error that Node threw, if it carries one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
