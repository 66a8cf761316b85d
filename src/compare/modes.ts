/** The ways of programming that the daemon has (`--programming`). */
export const PROGRAMMING_MODES = ['lazy', 'lazy-subnet', 'eager'] as const;

export type ProgrammingMode = (typeof PROGRAMMING_MODES)[number];
