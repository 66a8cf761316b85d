/** Puts together those of whom the same is said: `3,010 of eager and flanneld`. The order is that of the first of each. */
export function byText(
  said: readonly { readonly name: string; readonly text: string }[],
): { readonly names: readonly string[]; readonly text: string }[] {
  const names = new Map<string, string[]>();
  for (const { name, text } of said) {
    names.set(text, [...(names.get(text) ?? []), name]);
  }
  return [...names].map(([text, own]) => ({ names: own, text }));
}
