import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { runCommand } from '../../src/lab/command.ts';
import { builtProgram } from '../../src/lab/daemon.ts';
import { ping } from '../../src/lab/ping.ts';
import { ask } from '../../src/status/control-client.ts';
import { findingSchema } from '../../src/status/finding.ts';
import { DOCTOR_PATH } from '../../src/status/paths.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';

const UNIT = join(process.cwd(), 'scripts/systemd/l3missd.service');

/** The words of a setting of the unit. */
function setting(name: string): string[] {
  const value = new RegExp(`^${name}=(.*)$`, 'm').exec(readFileSync(UNIT, 'utf8'))?.[1];
  return value?.split(' ') ?? assert.fail(`no ${name}`);
}

function systemdSkipReason(): string | false {
  const { status } = spawnSync('sh', ['-c', 'command -v systemd-analyze']);
  return status === 0 ? false : 'systemd-analyze is not installed';
}

/** What stays of root's capabilities, as the unit says. */
function confined(): string[] {
  const kept = setting('CapabilityBoundingSet').map((name) => `+${name.replace('CAP_', '').toLowerCase()}`);
  return ['setpriv', '--bounding-set', ['-all', ...kept].join(), '--no-new-privs', ...builtProgram()];
}

describe('the systemd unit', () => {
  it('is one that systemd takes without a word', { skip: systemdSkipReason() }, async () => {
    assert.equal(await runCommand('systemd-analyze', ['verify', UNIT]), '');
  });

  it('keeps what the daemon leaves under /run for the next one', () => {
    assert.deepEqual(setting('RuntimeDirectory'), ['l3missd', 'flannel']);
    assert.deepEqual(setting('RuntimeDirectoryPreserve'), ['yes']);
  });
});

describe('a daemon with the capabilities of the unit alone', { skip: labSkipReason() }, () => {
  const lab = labForSuite({ hosts: 2, containers: 1, daemonProgram: confined() });

  it('answers misses, and its doctor finds nothing wrong', async () => {
    const [from] = lab().host(1).containers;
    const [to] = lab().host(2).containers;
    assert.ok(from !== undefined && to !== undefined);
    const { roundTrips } = await ping(from, to.address, { count: 1 });
    assert.notEqual(roundTrips[0], undefined);
    const status = readFileSync(`/proc/${lab().host(1).daemon.process.pid}/status`, 'utf8');
    const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '';
    // CAP_NET_ADMIN is 12, CAP_NET_RAW 13, CAP_SYS_NICE 23 (linux/capability.h).
    assert.equal(BigInt(`0x${capabilities}`), (1n << 12n) | (1n << 13n) | (1n << 23n));
    const findings = await ask(lab().host(1).daemon.controlSocket, {
      path: DOCTOR_PATH,
      schema: z.array(findingSchema),
      timeLimit: 10_000,
    });
    // How often the neighbour table was full is the machine's history.
    const wrong = findings.filter(({ check, state }) => state !== 'good' && check !== 'neighbour table');
    assert.deepEqual(wrong, []);
    assert.ok(findings.length > 10);
  });
});
