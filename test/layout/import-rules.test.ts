import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  barrels,
  browserCode,
  folderOrder,
  foreignPackages,
  longFiles,
  type Module,
  moduleOf,
  nativeBindings,
  plainErrors,
  type Rule,
} from '../support/import-rules.ts';

/** The nearest folder above this file that holds package.json, wherever the build put this file. */
function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!readdirSync(folder).includes('package.json')) {
    folder = dirname(folder);
  }
  return folder;
}

function allModules(): Module[] {
  const root = repositoryRoot();
  return ['src', 'native-bindings', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => moduleOf(relative(root, path), readFileSync(path, 'utf8'))),
  );
}

interface RuleCase {
  readonly rule: Rule;
  /** Samples that the rule must find fault with: path, text and a part of what it says. */
  readonly bad: readonly (readonly [path: string, text: string, says: string])[];
  readonly good: readonly (readonly [path: string, text: string])[];
}

const CASES: Readonly<Record<string, RuleCase>> = {
  'a folder of src imports only itself and folders before it': {
    rule: folderOrder,
    bad: [
      ['src/net/a.ts', "import { b } from '../kernel/b.ts';", 'src/kernel/b.ts'],
      [
        'src/misses/a.ts',
        "const w = new Worker(new URL('../agent/w.js', import.meta.url));",
        'src/agent/w.js',
      ],
      ['src/base/a.ts', "const b = await import('../cli/b.ts');", 'src/cli/b.ts'],
      ['src/leases/a.ts', "import type { T } from '../../test/support/t.ts';", 'test/support/t.ts'],
      ['src/unheard/a.ts', 'export const a = 1;', 'unheard'],
    ],
    good: [
      ['src/kernel/a.ts', "import { b } from '../net/b.ts';\nimport { c } from './c.ts';"],
      ['src/misses/a.ts', "const w = new Worker(new URL('./w.js', import.meta.url));"],
      ['test/net/a.test.ts', "import { b } from '../../src/cli/b.ts';"],
    ],
  },
  'the page for browsers imports itself and types of src/status, and nobody imports it': {
    rule: browserCode,
    bad: [
      ['src/page/a.ts', "import { b } from '../status/b.ts';", 'more than types of src/status/b.ts'],
      ['src/page/a.ts', "import type { B } from '../misses/b.ts';", 'src/misses/b.ts'],
      ['src/page/a.ts', "import uPlot from 'uplot';", 'uplot'],
      ['src/page/a.ts', "import type { z } from 'zod';", 'zod'],
      ['src/page/a.ts', "const a = process.env['A'];", 'process.env'],
      ['src/status/a.ts', "import { b } from '../page/b.ts';", 'src/page/b.ts'],
    ],
    good: [
      ['src/page/a.ts', "import type { B } from '../status/b.ts';\nimport { c } from './c.ts';"],
      ['src/page/a.ts', "import type uPlotTypes from 'uplot';\nimport uPlot from './uplot.js';"],
      ['src/page/uplot.d.ts', "import uPlot from 'uplot';\nexport default uPlot;"],
      ['test/page/a.test.ts', "import { b } from '../../src/page/b.ts';"],
    ],
  },
  'native-bindings is imported by kernel, agent and tests alone': {
    rule: nativeBindings,
    bad: [
      [
        'src/overlay/a.ts',
        "import { s } from '../../native-bindings/socket.ts';",
        'native-bindings/socket.ts',
      ],
      ['native-bindings/a.ts', "import { k } from '../src/kernel/k.ts';", 'src/kernel/k.ts'],
    ],
    good: [
      ['src/kernel/a.ts', "import { s } from '../../native-bindings/socket.ts';"],
      ['src/agent/a.ts', "import { s } from '../../native-bindings/notify.ts';"],
      ['test/native-bindings/a.test.ts', "import { s } from '../../native-bindings/socket.ts';"],
      ['native-bindings/a.ts', "import { Fault } from '../src/base/fault.ts';"],
    ],
  },
  'ffi-napi, ref-napi, echarts, prom-client, etcd3 and pino are each imported in their one place': {
    rule: foreignPackages,
    bad: [
      ['src/kernel/a.ts', "import ffi from 'ffi-napi';", 'ffi-napi'],
      ['test/a.test.ts', "import ref from 'ref-napi';", 'ref-napi'],
      ['src/cli/a.ts', "import { Etcd3 } from 'etcd3';", 'etcd3'],
      ['src/leases/mirror.ts', "import type { IKeyValue } from 'etcd3/lib/rpc.js';", 'etcd3'],
      ['src/status/a.ts', "import { pino } from 'pino';", 'pino'],
      ['src/agent/a.ts', "import pretty from 'pino-pretty';", 'pino-pretty'],
      ['src/status/a.ts', "import { Registry } from 'prom-client';", 'prom-client'],
      ['src/compare/report/page.ts', "import { init } from 'echarts/core';", 'echarts'],
    ],
    good: [
      ['native-bindings/a.ts', "import ffi from 'ffi-napi';"],
      ['src/leases/etcd-store.ts', "import { Etcd3 } from 'etcd3';"],
      ['src/status/metrics/a.ts', "import { Registry } from 'prom-client';"],
      ['src/compare/report/chart-svg.ts', "import { init } from 'echarts/core';"],
      ['src/agent/log.ts', "import { pino } from 'pino';\nimport pretty from 'pino-pretty';"],
    ],
  },
  'no file only re-exports': {
    rule: barrels,
    bad: [
      [
        'src/net/index.ts',
        "export * from './a.ts';\n// why\nexport { b, type C } from './b.ts';",
        'index.ts',
      ],
      ['src/net/all.ts', "export {\n  a,\n  b,\n} from './a.ts';\n", 'all.ts'],
      ['src/net/relay.ts', "import { a } from './a.ts';\nexport { a };\n", 'relay.ts'],
    ],
    good: [['src/net/a.ts', "export { b } from './b.ts';\nexport const c = 1;"]],
  },
  'no file of src is longer than 260 lines, the generated constants apart': {
    rule: longFiles,
    bad: [['src/net/a.ts', '\n'.repeat(261), '261']],
    good: [
      ['src/net/a.ts', '\n'.repeat(260)],
      ['src/netlink/constants.ts', '\n'.repeat(5000)],
      ['test/net/a.test.ts', '\n'.repeat(300)],
    ],
  },
  'nothing throws a plain Error': {
    rule: plainErrors,
    bad: [
      ['src/net/a.ts', "throw new Error('x');", 'src/net/a.ts:1'],
      ['native-bindings/a.ts', "const a = 1;\nreject(new TypeError('x'));", 'native-bindings/a.ts:2'],
    ],
    good: [
      ['src/net/a.ts', "throw new AddressFault('a', 'b', 'c');"],
      ['test/net/a.test.ts', "throw new Error('x');"],
    ],
  },
};

for (const [name, { rule, bad, good }] of Object.entries(CASES)) {
  test(name, () => {
    const modules = allModules();
    assert.ok(modules.length > 20, 'the repository was read');
    assert.deepEqual(modules.flatMap(rule), []);
  });

  test(`the rule can fail: ${name}`, () => {
    for (const [path, text, says] of bad) {
      const found = rule(moduleOf(path, text));
      assert.equal(found.length, 1, `${path}: ${text} gave ${JSON.stringify(found)}`);
      assert.ok(found[0]?.includes(says), `${found[0]} does not say ${says}`);
    }
    for (const [path, text] of good) {
      assert.deepEqual(rule(moduleOf(path, text)), [], `${path}: ${text}`);
    }
  });
}

test('etcd3 is imported in exactly one file', () => {
  const importers = allModules().filter((module) => module.packages.includes('etcd3'));
  assert.equal(importers.length, 1, importers.map((module) => module.path).join(' '));
});
