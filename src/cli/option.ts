import type { Parser } from './parsers.ts';

/** Commands that ask the running daemon. */
export const questionNames = ['stats', 'misses', 'top', 'lookup', 'leases', 'doctor'] as const;

export const commandNames = ['run', 'cleanup', ...questionNames, 'compare'] as const;
export type CommandName = (typeof commandNames)[number];

interface Described {
  /** Without dashes. */
  readonly name: string;
  readonly commands: readonly CommandName[];
  readonly help: string;
}

/** An option that takes a value. */
export interface ValueOption<T> extends Described {
  /** What the help calls the value. */
  readonly value: string;
  readonly environment: string;
  /** As it would be typed; it goes through `parse` like any other. Empty where there is none, see `Settings.find`. */
  readonly default: string;
  /** What the help says instead, where the text alone explains nothing. */
  readonly defaultInWords?: string;
  readonly parse: Parser<T>;
}

/** An option that is on or off, and off by default. */
export interface SwitchOption extends Described {
  readonly value?: never;
}

export const value = <T>(spec: ValueOption<T>): ValueOption<T> => spec;
export const onOff = (spec: SwitchOption): SwitchOption => spec;
