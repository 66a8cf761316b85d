import type { Lookup } from '../status/lookup.ts';
import { ask } from './api.ts';
import { parseAddress } from './cidr.ts';
import { byId, make, setFacts, setText } from './elements.ts';
import { lookupFacts, missLine } from './lookup-text.ts';
import { PageFault } from './page-fault.ts';

/** As many of an address's last misses are shown. */
const MISSES_SHOWN = 5;

/** A box for an address, and the story of it. */
export class LookupPanel {
  readonly #input = byId('lookup-address', HTMLInputElement);
  readonly #trouble = byId('lookup-trouble', HTMLParagraphElement);
  readonly #story = byId('lookup-story', HTMLDivElement);
  readonly #verdict = byId('lookup-verdict', HTMLParagraphElement);
  readonly #problems = byId('lookup-problems', HTMLUListElement);
  readonly #facts = byId('lookup-facts', HTMLDListElement);
  readonly #misses = byId('lookup-misses', HTMLUListElement);
  /** A later question takes the place of one that has no answer yet. */
  #asking = new AbortController();

  constructor() {
    byId('lookup', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.#look(this.#input.value.trim()).catch(reportError);
    });
  }

  /** Looks an address up that was chosen elsewhere on the page. */
  lookUp(address: string): void {
    this.#input.value = address;
    this.#input.focus();
    this.#look(address).catch(reportError);
  }

  async #look(address: string): Promise<void> {
    this.#asking.abort();
    const asking = new AbortController();
    this.#asking = asking;
    if (parseAddress(address) === undefined) {
      this.#complain('That is no IPv4 address; one looks like 10.5.2.3.');
      return;
    }
    try {
      const lookup = await ask('/v1/lookup', { address }, asking.signal);
      if (!asking.signal.aborted) {
        this.#tell(lookup);
      }
    } catch (error) {
      if (!asking.signal.aborted) {
        this.#complain(error instanceof PageFault ? error.found : 'The daemon does not answer.');
      }
    }
  }

  #complain(text: string): void {
    setText(this.#trouble, text);
    this.#trouble.hidden = false;
    this.#input.ariaInvalid = 'true';
    this.#story.hidden = true;
  }

  #tell(lookup: Lookup): void {
    this.#trouble.hidden = true;
    this.#input.ariaInvalid = 'false';
    this.#story.hidden = false;
    const { address, problems, misses } = lookup;
    setText(
      this.#verdict,
      problems.length === 0 ? `${address}: nothing is wrong.` : `${address}: this is wrong.`,
    );
    this.#verdict.setAttribute('data-state', problems.length === 0 ? 'good' : 'bad');
    this.#problems.replaceChildren(...problems.map(problemItem));
    setFacts(this.#facts, lookupFacts(lookup));
    const lines = misses.slice(-MISSES_SHOWN).toReversed().map(missLine);
    this.#misses.replaceChildren(
      ...(lines.length === 0 ? ['none in the journal'] : lines).map((line) => make('li', line)),
    );
  }
}

function problemItem({ found, mend, note }: Lookup['problems'][number]): HTMLLIElement {
  const item = make('li', `${found}. `);
  if (mend !== null) {
    item.append('Mend it with ', make('code', mend));
  }
  if (note !== null) {
    item.append(mend === null ? note : ` (${note})`);
  }
  return item;
}
