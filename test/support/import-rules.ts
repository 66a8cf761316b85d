import { join } from 'node:path';

/** A source file as the layout rules see it. */
export interface Module {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** The text without comments: rules about code must not stumble over prose. */
  readonly code: string;
  /** The files of the repository that it imports, from the root. */
  readonly files: readonly string[];
  /** The packages that it imports, without sub-paths. */
  readonly packages: readonly string[];
}

/** Gives what is wrong with a module, one sentence each. */
export type Rule = (module: Module) => string[];

/** A folder of src imports only itself and the folders before it in this list (docs/architecture.md). */
const FOLDERS = 'base net netlink kernel leases overlay misses status diagnosis agent lab compare cli'.split(
  ' ',
);

/** Browser code, which stands beside that order: it runs elsewhere. */
const PAGE = 'src/page/';

const LONGEST_FILE = 260;
const GENERATED = 'src/netlink/constants.ts';

/** Who may import a package that must stay replaceable. */
const PACKAGE_HOMES: Readonly<Record<string, RegExp>> = {
  'ffi-napi': /^native-bindings\//,
  'ref-napi': /^native-bindings\//,
  // Loaded only when a page is written: it takes half a second.
  echarts: /^src\/compare\/report\/chart-svg\.ts$/,
  // Loaded only with --status-address: it takes 8 MiB.
  'prom-client': /^src\/status\/metrics\//,
  etcd3: /^src\/leases\/etcd[^/]*\.ts$/,
  pino: /^src\/agent\/log\.ts$/,
  'pino-pretty': /^src\/agent\/log\.ts$/,
};

/** Imports, re-exports, import() and the entry files of workers, which are named by a URL relative to the module. */
const SPECIFIERS = [
  /^\s*(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'/gm,
  /^\s*import\s*'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'/g,
  /\bnew URL\(\s*'([^']+)',\s*import\.meta\.url\s*\)/g,
];

export function moduleOf(path: string, text: string): Module {
  const code = withoutComments(text);
  const specifiers = SPECIFIERS.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => match[1] ?? ''),
  );
  return {
    path,
    text,
    code,
    files: specifiers.filter((name) => name.startsWith('.')).map((name) => join(path, '..', name)),
    packages: specifiers.filter((name) => !name.startsWith('.')).map(packageName),
  };
}

export const folderOrder: Rule = (module) => {
  const own = folderOf(module.path);
  if (own === undefined || module.path.startsWith(PAGE)) {
    return [];
  }
  if (!FOLDERS.includes(own)) {
    return [`${module.path} lies in src/${own}, which has no place in the order of folders`];
  }
  return module.files
    .filter((file) => !file.startsWith('native-bindings/'))
    .filter((file) => !FOLDERS.slice(0, FOLDERS.indexOf(own) + 1).includes(folderOf(file) ?? ''))
    .map((file) => `${module.path} imports ${file}, which comes after it`);
};

/** The page imports itself and types of what the daemon answers; nobody imports the page, tests of its parts aside. */
export const browserCode: Rule = ({ path, code, files, packages }) => {
  if (!path.startsWith(PAGE)) {
    return path.startsWith('test/') ? [] : files.filter(isPage).map((file) => `${path} imports ${file}`);
  }
  const values = moduleOf(path, code.replace(/\bimport\s+type\b[^;]*;/g, ''));
  return [
    ...values.files
      .filter((file) => !isPage(file))
      .map((file) => `${path} imports more than types of ${file}`),
    ...files
      .filter((file) => !isPage(file) && !file.startsWith('src/status/'))
      .map((file) => `${path} imports ${file}`),
    // A declaration file tells of the script that the daemon serves under that name.
    ...(path.endsWith('.d.ts') ? [] : values.packages).map((name) => `${path} imports ${name}`),
    ...packages.filter((name) => name !== 'uplot').map((name) => `${path} imports ${name}`),
    ...[...code.matchAll(/\b(process\.\w+|Buffer|require)\b/g)].map(
      ([name]) => `${path} uses ${name} of Node.js`,
    ),
  ];
};

export const nativeBindings: Rule = (module) => {
  if (module.path.startsWith('native-bindings/')) {
    return module.files
      .filter((file) => !/^(native-bindings|src\/(base|net))\//.test(file))
      .map((file) => `${module.path} imports ${file}`);
  }
  return /^(src\/(kernel|agent)|test)\//.test(module.path)
    ? []
    : module.files
        .filter((file) => file.startsWith('native-bindings/'))
        .map((file) => `${module.path} imports ${file}`);
};

export const foreignPackages: Rule = (module) =>
  module.packages.flatMap((name) => {
    const home = Object.hasOwn(PACKAGE_HOMES, name) ? PACKAGE_HOMES[name] : undefined;
    return home === undefined || home.test(module.path) ? [] : [`${module.path} imports ${name}`];
  });

export const barrels: Rule = (module) => {
  const rest = module.code
    .replace(/\bexport\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})(?:\s*from\s*'[^']+')?\s*;?/g, '')
    .replace(/\bimport\b[^;]*;/g, '');
  const exportsSomething = /\bexport\b/.test(module.code);
  return exportsSomething && rest.trim() === '' ? [`${module.path} only re-exports`] : [];
};

export const longFiles: Rule = (module) => {
  const lines = module.text.split('\n').length - 1;
  return module.path.startsWith('src/') && module.path !== GENERATED && lines > LONGEST_FILE
    ? [`${module.path} has ${lines} lines`]
    : [];
};

export const plainErrors: Rule = (module) => {
  if (module.path.startsWith('test/')) {
    return [];
  }
  return module.code
    .split('\n')
    .flatMap((line, index) =>
      /\bnew (Error|TypeError|RangeError|SyntaxError)\(/.test(line)
        ? [`${module.path}:${index + 1} makes a plain Error`]
        : [],
    );
};

function isPage(file: string): boolean {
  return file.startsWith(PAGE);
}

function folderOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

/** Keeps line breaks, so that line numbers hold. A `//` inside a string, as in a URL, follows a colon or a quote. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}
