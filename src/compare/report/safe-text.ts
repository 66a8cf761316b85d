/** Control characters, and those that turn the direction of writing: a name must not steer the terminal it is shown on. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Foreign text for one line of a terminal; what could move its cursor or colour it becomes U+FFFD. */
export function lineText(text: string): string {
  return text.replace(UNSAFE, '\uFFFD');
}
