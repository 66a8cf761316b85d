/**
 * The highest value that was told of each counter. One that falls counts as one that began anew at 0, so that all of it
 * would be counted twice.
 */
export class HighWater {
  readonly #told = new Map<string, number>();

  /** The value, or what was told before when that was more. */
  of(name: string, value: number): number {
    const told = Math.max(value, this.#told.get(name) ?? 0);
    this.#told.set(name, told);
    return told;
  }
}
