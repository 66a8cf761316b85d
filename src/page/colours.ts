/** The value that page.css gives a custom property in the reader's scheme: a canvas knows nothing of such. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Calls back whenever the reader's scheme changes. */
export function onSchemeChange(listener: () => void): void {
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
}
