import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { PackageFault, readVersion } from '../../src/agent/version.ts';
import { temporaryFolder } from '../status/temporary-folder.ts';

describe('version', () => {
  it('is that of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8'));
    assert.equal(readVersion(), version);
  });

  it('is found past the package.json of others and broken ones', (t) => {
    const folder = temporaryFolder(t);
    const inner = join(folder, 'a', 'b');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"name":"l3missd","version":"9.8.7"}');
    writeFileSync(join(folder, 'a', 'package.json'), '{"name":"other","version":"1.0.0"}');
    writeFileSync(join(inner, 'package.json'), '{');
    assert.equal(readVersion(pathToFileURL(join(inner, 'file.js')).href), '9.8.7');
  });

  it('cannot be told outside of the package', () => {
    assert.throws(() => readVersion('file:///proc/self/file.js'), PackageFault);
  });
});
