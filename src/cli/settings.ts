import { Fault } from '../base/fault.ts';
import type { SwitchOption, ValueOption } from './option.ts';
import type { Parser } from './parsers.ts';
import { UsageFault } from './usage-fault.ts';

/** What the command line holds: the texts given for each option, in their order; `true` for a switch. */
export type Given = ReadonlyMap<string, readonly string[]>;

/** Looks options up: the command line wins over the environment, an empty variable counts as unset. */
export class Settings {
  readonly #given: Given;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(given: Given, environment: NodeJS.ProcessEnv) {
    this.#given = given;
    this.#environment = environment;
  }

  isOn(option: SwitchOption): boolean {
    return this.#given.has(option.name);
  }

  /**
   * The value of an option, of which the last one given counts.
   *
   * @throws UsageFault naming the option or the variable
   */
  read<T>(option: ValueOption<T>): T {
    return this.find(option) ?? option.parse(option.default, `--${option.name}`);
  }

  /**
   * The same of an option without a default; undefined when it is not given.
   *
   * @throws UsageFault naming the option or the variable
   */
  find<T>(option: ValueOption<T>): T | undefined {
    return this.readAll(option).at(-1);
  }

  /**
   * All values of an option that can be repeated; none when only its default is left.
   *
   * @throws UsageFault naming the option or the variable
   */
  readAll<T>(option: ValueOption<T>): T[] {
    const given = this.#given.get(option.name);
    if (given !== undefined) {
      return given.map((text) => parseAsUsage(option.parse, text, `--${option.name}`));
    }
    const variable = this.#environment[option.environment] ?? '';
    return variable === '' ? [] : [parseAsUsage(option.parse, variable, option.environment)];
  }
}

/** The parsers of addresses have a fault of their own; here every refusal is one of usage. */
export function parseAsUsage<T>(parse: Parser<T>, text: string, thing: string): T {
  try {
    return parse(text, thing);
  } catch (error) {
    if (error instanceof Fault && !(error instanceof UsageFault)) {
      throw new UsageFault(error.thing, error.found, error.allowed);
    }
    throw error;
  }
}
