import { PageFault } from './page-fault.ts';

/**
 * The element of page.html with that id.
 *
 * @throws PageFault when it is not there, or of another kind
 */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) {
    throw new PageFault(`#${id}`, found === null ? 'not there' : found.tagName, kind.name);
  }
  return found;
}

/** A new element with a text, and classes when they are given. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text = '',
  classes = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = text;
  if (classes !== '') {
    made.className = classes;
  }
  return made;
}

/** Sets a text that changes often: nothing is laid out anew when it is the same. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** The names and values of a list of facts, in place of those before. */
export function setFacts(
  list: HTMLDListElement,
  facts: readonly (readonly [name: string, value: string])[],
): void {
  const groups = list.children;
  if (groups.length !== facts.length) {
    list.replaceChildren(
      ...facts.map(() => {
        const group = make('div');
        group.append(make('dt'), make('dd'));
        return group;
      }),
    );
  }
  for (const [index, fact] of facts.entries()) {
    for (const [place, text] of fact.entries()) {
      const part = groups[index]?.children[place];
      if (part instanceof HTMLElement) {
        setText(part, text);
      }
    }
  }
}
