/** What a person is told when the page cannot go on with something: which thing, what was found, what is allowed. */
export class PageFault extends Error {
  readonly thing: string;
  readonly found: string;

  constructor(thing: string, found: string, allowed: string) {
    super(`${thing}: ${found}; allowed: ${allowed}`);
    this.name = 'PageFault';
    this.thing = thing;
    this.found = found;
  }
}
