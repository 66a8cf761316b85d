/** Since when the daemon has not answered; undefined while it does. */
export type Lost = Date | undefined;

/** Whether the daemon answers, as the last question showed. */
export class Connection {
  readonly #onChange: (lost: Lost) => void;
  #lost: Lost;

  constructor(onChange: (lost: Lost) => void) {
    this.#onChange = onChange;
  }

  answered(): void {
    if (this.#lost !== undefined) {
      this.#set(undefined);
    }
  }

  failed(): void {
    if (this.#lost === undefined) {
      this.#set(new Date());
    }
  }

  #set(lost: Lost): void {
    this.#lost = lost;
    this.#onChange(lost);
  }
}
