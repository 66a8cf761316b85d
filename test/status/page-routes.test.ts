import assert from 'node:assert/strict';
import { extname } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { silentLog } from '../../src/base/log.ts';
import { closeServer, createStatusServer } from '../../src/status/http-server.ts';
import { pageRoutes } from '../../src/status/page-routes.ts';

const TYPES: Readonly<Record<string, string>> = {
  '': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

async function start(test: TestContext): Promise<string> {
  const server = createStatusServer(pageRoutes(), { log: silentLog });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  test.after(() => closeServer(server));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** Everything that the page and its scripts name, from `/` on. */
async function everything(url: string): Promise<Map<string, Response>> {
  const found = new Map<string, Response>();
  const names = ['/'];
  for (let path = names.pop(); path !== undefined; path = names.pop()) {
    if (!found.has(path)) {
      const response = await fetch(url + path);
      found.set(path, response);
      const text = await response.text();
      const links = text.matchAll(/(?:src|href)="(\.\/[^"]+)"|from\s*["'](\.\/[^"']+)["']/g);
      names.push(
        ...[...links].map(([, link = '', module = '']) => new URL(link || module, url + path).pathname),
      );
    }
  }
  return found;
}

describe('what the page is made of', () => {
  it('is all there, each with its type', async (test) => {
    const found = await everything(await start(test));
    assert.ok(found.size > 25, [...found.keys()].join(' '));
    for (const [path, { status, headers }] of found) {
      const type = (headers.get('content-type') ?? '').replace('; charset=utf-8', '');
      assert.deepEqual([path, status, type], [path, 200, TYPES[extname(path)]]);
    }
    assert.ok(found.has('/page/uplot.js') && found.has('/page/page.css') && found.has('/page/icon.svg'));
  });

  it('may load and ask nothing but its server, and is what it says it is', async (test) => {
    for (const [path, { headers }] of await everything(await start(test))) {
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /^default-src 'self'; /, path);
      assert.doesNotMatch(policy, /unsafe|\*|https?:|data:/, path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    }
  });

  it('names no map of its scripts, which are not served', async (test) => {
    const url = await start(test);
    assert.doesNotMatch(await (await fetch(`${url}/page/main.js`)).text(), /sourceMappingURL/);
    for (const path of [
      '/page/main.js.map',
      '/page/',
      '/page/main.ts',
      '/page/../package.json',
      '/page/tsconfig.json',
    ]) {
      assert.equal((await fetch(url + path)).status, 404, path);
    }
  });

  it('cannot be written to, and is told of without its text', async (test) => {
    const url = await start(test);
    assert.equal((await fetch(url, { method: 'POST', body: 'x' })).status, 405);
    const head = await fetch(url, { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
    assert.ok(Number(head.headers.get('content-length')) > 1000);
  });
});
