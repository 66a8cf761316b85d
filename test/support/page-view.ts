import { z } from 'zod';
import type { Page } from './page.ts';

const chart = z.object({
  id: z.string(),
  title: z.string(),
  caption: z.string(),
  label: z.string(),
  /** Of everything drawn: inside the box of the picture. */
  inside: z.boolean(),
  /** Lines that connect points, by their colour as computed. */
  lines: z.array(z.object({ colour: z.string(), dashes: z.string(), width: z.number() })),
  legend: z.array(z.string()),
  /** The lowest contrast of a text, and of a line, to what is behind it. */
  textContrast: z.number(),
  lineContrast: z.number(),
  /** In CSS pixels on the screen. */
  smallestText: z.number(),
});

const view = z.object({
  charts: z.array(chart),
  /** The lowest contrast of any text outside of the charts, and which text it is. */
  contrast: z.number(),
  faintest: z.string(),
  ground: z.string(),
  /** By how many CSS pixels the page is wider than the window. */
  overhang: z.number(),
});

export type PageView = z.infer<typeof view>;

/** What a person would see of a page with charts, measured in the browser. */
export async function viewOf(page: Page): Promise<PageView> {
  return view.parse(await page.evaluate(`(${LOOK})()`));
}

/** Runs in the page, therefore as text: nothing of this module is known there. */
const LOOK = String.raw`() => {
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).slice(0, 3).map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const groundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const chartOf = (figure) => {
    const svg = figure.querySelector('svg');
    const box = svg.getBoundingClientRect();
    const ground = groundOf(figure);
    const drawn = [...svg.querySelectorAll('path, text')].filter((part) => {
      const own = part.getBoundingClientRect();
      const style = getComputedStyle(part);
      return own.width + own.height > 0 && (style.fill !== 'none' || style.stroke !== 'none');
    });
    const inside = drawn.every((part) => {
      const own = part.getBoundingClientRect();
      return own.left >= box.left - 1 && own.right <= box.right + 1 && own.top >= box.top - 1 && own.bottom <= box.bottom + 1;
    });
    const lines = [...svg.querySelectorAll('path[stroke-linejoin]')];
    const texts = [...svg.querySelectorAll('text')];
    const scale = box.width / svg.viewBox.baseVal.width;
    return {
      id: figure.id,
      title: figure.querySelector('h3')?.textContent ?? '',
      caption: figure.querySelector('figcaption')?.textContent ?? '',
      label: figure.querySelector('[role=img]')?.getAttribute('aria-label') ?? '',
      inside: inside && box.width > 200 && box.height > 150,
      lines: lines.map((line) => ({
        colour: getComputedStyle(line).stroke,
        dashes: getComputedStyle(line).strokeDasharray,
        width: line.getBoundingClientRect().width,
      })),
      legend: texts.filter((text) => text.getAttribute('text-anchor') === 'start').map((text) => text.textContent),
      textContrast: Math.min(...texts.map((text) => contrast(getComputedStyle(text).fill, ground))),
      lineContrast: Math.min(...lines.map((line) => contrast(getComputedStyle(line).stroke, ground))),
      smallestText: Math.min(...texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * scale)),
    };
  };
  const spoken = [...document.querySelectorAll('body *')]
    .filter((element) => element.closest('svg, script') === null)
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''))
    .map((element) => ({ text: element.textContent.trim(), contrast: contrast(getComputedStyle(element).color, groundOf(element)) }))
    .sort((one, other) => one.contrast - other.contrast);
  return {
    charts: [...document.querySelectorAll('figure')].map(chartOf),
    contrast: spoken[0].contrast,
    faintest: spoken[0].text,
    ground: groundOf(document.body),
    overhang: document.documentElement.scrollWidth - window.innerWidth,
  };
}`;
