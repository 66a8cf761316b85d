import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  readPreviousSubnet,
  SubnetFileFault,
  subnetFileText,
  writeSubnetFile,
} from '../../src/agent/subnet-file.ts';
import { type Log, silentLog } from '../../src/base/log.ts';
import { formatPrefix, parsePrefix, prefixOf } from '../../src/net/prefix.ts';
import { temporaryFolder, useUmask } from '../status/temporary-folder.ts';

const content = { network: parsePrefix('10.5.0.0/16'), subnet: parsePrefix('10.5.7.0/24'), mtu: 1450 };
const flannels =
  'FLANNEL_NETWORK=10.5.0.0/16\nFLANNEL_SUBNET=10.5.7.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=false\n';
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** A log that keeps its warnings. */
function recordingLog(): { log: Log; warnings: string[] } {
  const warnings: string[] = [];
  return { log: { ...silentLog, warn: (_, message) => warnings.push(message) }, warnings };
}

describe('writing the subnet file', () => {
  for (const mask of [0o000, 0o077]) {
    it(`writes flannel's bytes with mode 0644 in a folder of 0755 under umask ${mask.toString(8)}`, async (t) => {
      const folder = join(temporaryFolder(t), 'run', 'flannel');
      const path = join(folder, 'subnet.env');
      useUmask(t, mask);
      await writeSubnetFile(path, content);
      assert.equal(readFileSync(path, 'utf8'), flannels);
      assert.deepEqual([modeOf(path), modeOf(folder), modeOf(join(folder, '..'))], ['644', '755', '755']);
      assert.deepEqual(readdirSync(folder), ['subnet.env']);
    });
  }

  it('replaces the file as a whole: who has the old one open still reads the old one', async (t) => {
    const path = join(temporaryFolder(t), 'subnet.env');
    writeFileSync(path, 'OLD=1\n', { mode: 0o600 });
    const before = statSync(path).ino;
    await writeSubnetFile(path, content);
    assert.notEqual(statSync(path).ino, before);
    assert.deepEqual([readFileSync(path, 'utf8'), modeOf(path)], [flannels, '644']);
  });

  it('leaves the modes of folders that exist', async (t) => {
    const folder = join(temporaryFolder(t), 'private');
    mkdirSync(folder, { mode: 0o700 });
    await writeSubnetFile(join(folder, 'subnet.env'), content);
    assert.equal(modeOf(folder), '700');
  });

  it('names the file and leaves nothing behind when it cannot', async (t) => {
    const folder = temporaryFolder(t);
    const taken = join(folder, 'taken');
    mkdirSync(join(taken, 'inside'), { recursive: true });
    writeFileSync(join(folder, 'file'), '');
    for (const path of [taken, join(folder, 'file', 'subnet.env')]) {
      await assert.rejects(writeSubnetFile(path, content), (error) => {
        assert.ok(error instanceof SubnetFileFault);
        assert.match(error.message, /: (cannot be written \(|exists and is not a regular file)/);
        assert.ok(error.message.startsWith(`${path}: `), error.message);
        return true;
      });
    }
    assert.deepEqual(readdirSync(folder).sort(), ['file', 'taken']);
  });

  it('is read back as the subnet that it was written from', async (t) => {
    const path = join(temporaryFolder(t), 'subnet.env');
    const prefix = fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 1, max: 30 }));
    await fc.assert(
      fc.asyncProperty(prefix, async ([address, length]) => {
        const subnet = prefixOf(address, length);
        writeFileSync(path, subnetFileText({ ...content, subnet }));
        assert.deepEqual(await readPreviousSubnet(path, silentLog), subnet);
      }),
    );
  });
});

describe('reading the previous subnet', () => {
  const cases: [text: string, subnet: string | undefined, warnings: number][] = [
    [flannels, '10.5.7.0/24', 0],
    [flannels.replaceAll('\n', '\r\n'), '10.5.7.0/24', 0],
    ['export FLANNEL_SUBNET="10.5.7.1/24" # ours', '10.5.7.0/24', 0],
    ["  FLANNEL_SUBNET = '10.5.7.1/24'", '10.5.7.0/24', 0],
    ['FLANNEL_SUBNET: 10.5.7.1/24', '10.5.7.0/24', 0],
    ['FLANNEL_SUBNET=10.5.7.1/24 # ours', '10.5.7.0/24', 0],
    ['nonsense\n=\nFLANNEL_SUBNET=10.5.7.1/24\n"', '10.5.7.0/24', 0],
    ['FLANNEL_SUBNET=10.5.6.1/24\nFLANNEL_SUBNET=10.5.7.1/24', '10.5.7.0/24', 0],
    ['FLANNEL_SUBNET=10.5.7.1/24,nonsense', '10.5.7.0/24', 1],
    ['FLANNEL_SUBNET=10.5.7.1/24,', '10.5.7.0/24', 1],
    ['FLANNEL_SUBNET=10.5.7.1/24,10.5.8.1/24', undefined, 1],
    ['FLANNEL_SUBNET=10.5.7.1', undefined, 1],
    ['FLANNEL_SUBNET=10.5.7.1/33', undefined, 1],
    ['FLANNEL_SUBNET=', undefined, 1],
    ['#FLANNEL_SUBNET=10.5.7.1/24', undefined, 0],
    ['MY_FLANNEL_SUBNET=10.5.7.1/24\nFLANNEL_SUBNETS=10.5.8.1/24', undefined, 0],
    ['', undefined, 0],
  ];
  for (const [text, subnet, count] of cases) {
    it(`finds ${subnet ?? 'none'} in ${JSON.stringify(text)}`, async (t) => {
      const path = join(temporaryFolder(t), 'subnet.env');
      writeFileSync(path, text);
      const { log, warnings } = recordingLog();
      const found = await readPreviousSubnet(path, log);
      assert.deepEqual([found && formatPrefix(found), warnings.length], [subnet, count]);
    });
  }

  it('takes a missing file in silence, and warns about one that cannot be read', async (t) => {
    const folder = temporaryFolder(t);
    const { log, warnings } = recordingLog();
    assert.equal(await readPreviousSubnet(join(folder, 'none', 'subnet.env'), log), undefined);
    assert.deepEqual(warnings, []);
    assert.equal(await readPreviousSubnet(folder, log), undefined);
    assert.equal(warnings.length, 1);
  });

  it('is not harmed by any bytes', async (t) => {
    const path = join(temporaryFolder(t), 'subnet.env');
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `FLANNEL_SUBNET=${text}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line), async (lines) => {
        writeFileSync(path, lines.join('\n'));
        await readPreviousSubnet(path, silentLog);
      }),
    );
  });
});
