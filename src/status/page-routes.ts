import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Answer } from './answers.ts';
import type { Routes } from './http-server.ts';
import { StatusFault } from './status-fault.ts';

/**
 * What the page may do: load what this server serves, ask it, and nothing else. uPlot places its parts through the style
 * properties of elements, which needs no permission for style attributes or sheets within the document.
 */
const POLICY = [
  "default-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const SVG = 'image/svg+xml';

/** Where page.html lies, from the root of the package. */
const SOURCES = 'src/page/';

/** Where the build puts the scripts of the page, from this module. They are for browsers: nothing here imports them. */
const SCRIPTS = '../page/';

/**
 * The page at `/` and everything that it loads, read once.
 *
 * @throws StatusFault when the package is not whole
 */
export function pageRoutes(): Routes {
  const sources = new URL(SOURCES, packageFolder());
  const { resolve } = createRequire(import.meta.url);
  const uplot = (name: string) => pathToFileURL(resolve(`uplot/dist/${name}`));
  return {
    '/': fileRoute(new URL('page.html', sources), HTML),
    '/page/page.css': fileRoute(new URL('page.css', sources), CSS),
    '/page/icon.svg': fileRoute(new URL('icon.svg', sources), SVG),
    '/page/uplot.css': fileRoute(uplot('uPlot.min.css'), CSS),
    '/page/uplot.js': fileRoute(uplot('uPlot.esm.js'), SCRIPT),
    ...scriptRoutes(new URL(SCRIPTS, import.meta.url)),
  };
}

/** Every script that was built of the page, by its name. */
function scriptRoutes(folder: URL): Routes {
  if (!existsSync(new URL('main.js', folder))) {
    throw new StatusFault(fileURLToPath(folder), 'the scripts of the page are not there', 'a whole build');
  }
  const names = readdirSync(folder).filter((name) => name.endsWith('.js'));
  return Object.fromEntries(names.map((name) => [`/page/${name}`, fileRoute(new URL(name, folder), SCRIPT)]));
}

function fileRoute(file: URL, type: string): () => Answer {
  const text = readFileSync(file, 'utf8');
  // The maps are not served, and a browser whose tools are open would ask for them.
  const body = Buffer.from(text.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
  return () => ({ status: 200, type, body, headers: HEADERS });
}

/** The nearest folder above this file that holds the page: how far above depends on the folder that was built into. */
function packageFolder(): URL {
  for (let folder = new URL('./', import.meta.url); ; folder = new URL('../', folder)) {
    if (existsSync(new URL(`${SOURCES}page.html`, folder))) {
      return folder;
    }
    if (folder.pathname === '/') {
      throw new StatusFault(
        fileURLToPath(import.meta.url),
        `no ${SOURCES}page.html above it`,
        'a whole installation',
      );
    }
  }
}
