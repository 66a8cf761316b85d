import { ConfigFault } from './faults.ts';
import { describeJson, fieldOf, type GoObject, isRefused, toGoObject } from './go-json.ts';

/** Reads typed fields of one config object; every refusal is a ConfigFault that names the key and the field. */
export class ConfigFields {
  readonly #where: string;
  readonly #object: GoObject;

  /** `where` goes in front of the field's name in messages: the key, then the object's path. */
  constructor(where: string, object: GoObject) {
    this.#where = where;
    this.#object = object;
  }

  fault(name: string, found: string, allowed: string, cause?: unknown): ConfigFault {
    return new ConfigFault(`${this.#where}${name}`, found, allowed, cause);
  }

  has(name: string): boolean {
    return fieldOf(this.#object, name) !== undefined;
  }

  text(name: string): string | undefined {
    const value = fieldOf(this.#object, name);
    if (value !== undefined && typeof value !== 'string') {
      throw this.fault(name, describeJson(value), 'a string');
    }
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = fieldOf(this.#object, name);
    if (value !== undefined && typeof value !== 'boolean') {
      throw this.fault(name, describeJson(value), 'true or false');
    }
    return value;
  }

  /** A whole number within [lowest, highest]. */
  count(name: string, lowest: number, highest: number): number | undefined {
    const value = fieldOf(this.#object, name);
    if (value === undefined) {
      return undefined;
    }
    if (typeof value !== 'number' || !Number.isInteger(value) || value < lowest || value > highest) {
      throw this.fault(name, describeJson(value), `a whole number from ${lowest} to ${highest}`);
    }
    return value;
  }

  /** The fields of a nested object; undefined when it is absent. */
  nested(name: string): ConfigFields | undefined {
    const value = fieldOf(this.#object, name);
    if (value === undefined) {
      return undefined;
    }
    const object = toGoObject(value);
    if (isRefused(object)) {
      throw this.fault(name, describeJson(value), 'a JSON object');
    }
    return new ConfigFields(`${this.#where}${name}.`, object);
  }
}
