import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { commandNames } from '../../src/cli/option.ts';
import { optionsOf } from '../../src/cli/options.ts';
import { call } from './fake-surroundings.ts';

const golden = join(process.cwd(), 'test/golden/cli-help.txt');
const updating = Object.hasOwn(process.env, 'UPDATE_GOLDEN');

describe('help', () => {
  it('is what test/golden/cli-help.txt holds (UPDATE_GOLDEN=1 writes it)', async () => {
    const text = await allHelp();
    if (updating) {
      writeFileSync(golden, text);
    }
    assert.equal(text, readFileSync(golden, 'utf8'));
  });

  it('fits into 80 columns', async () => {
    const long = (await allHelp()).split('\n').filter((line) => line.length > 80);
    assert.deepEqual(long, []);
  });

  it('names every option of a command, its default and its variable', async () => {
    for (const command of commandNames) {
      const { out } = await call([command, '--help']);
      for (const option of optionsOf(command)) {
        assert.ok(out.includes(`  --${option.name}`), option.name);
        if (option.value !== undefined) {
          const byDefault = 'defaultInWords' in option ? option.defaultInWords : option.default;
          assert.ok(
            out.includes(`Default: ${byDefault}\n      Environment: ${option.environment}\n`),
            option.name,
          );
        }
      }
    }
  });

  it('is shown for -h, -help, --help, help and help <command>, on stdout, with exit code 0', async () => {
    const program = await call(['--help']);
    for (const args of [['-h'], ['-help'], ['help'], ['-iface', 'eth0', '-h']]) {
      assert.deepEqual(await call(args), program);
    }
    assert.deepEqual(await call(['help', 'stats']), await call(['stats', '-h']));
    assert.deepEqual([program.code, program.err, program.run], [0, '', []]);
  });

  it('does not run anything nor mind a bad environment', async () => {
    const { code, run } = await call(['run', '-h'], { environment: { FLANNELD_HEALTHZ_PORT: 'x' } });
    assert.deepEqual([code, run], [0, []]);
  });
});

async function allHelp(): Promise<string> {
  const calls = [['--help'], ...commandNames.map((name) => [name, '--help'])];
  const texts = await Promise.all(
    calls.map(async (args) => `$ l3missd ${args.join(' ')}\n${(await call(args)).out}`),
  );
  return texts.join('\n');
}
