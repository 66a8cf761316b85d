import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { describe, it } from 'node:test';
import { z } from 'zod';
import type { Host } from '../../src/lab/host.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';

const entry = z.looseObject({ level: z.string(), msg: z.string(), mend: z.string().optional() });

/** What keeps packets from passing, the command that makes it so, and a sign of it in the warning. */
const OBSTACLES: [string, string[], RegExp][] = [
  ['ip_forward off', ['sh', '-c', 'echo 0 > /proc/sys/net/ipv4/ip_forward'], /ip_forward/],
  [
    'iptables FORWARD drops, as Docker sets it',
    ['iptables-nft', '-P', 'FORWARD', 'DROP'],
    /FORWARD of table ip filter/,
  ],
  ['legacy iptables FORWARD drops', ['iptables-legacy', '-P', 'FORWARD', 'DROP'], /legacy iptables/],
  [
    'a firewall of nftables drops',
    [
      'nft',
      'add table inet guard; add chain inet guard onward { type filter hook forward priority 0; policy drop; }',
    ],
    /chain onward of table inet guard/,
  ],
];

describe('what the host itself must allow', { skip: labSkipReason() }, () => {
  const lab = labForSuite({ hosts: 1 });

  it('is warned of at the start, with a command that mends it', async () => {
    const host = lab().host(1);
    assert.deepEqual(await warnings(host), [], 'the lab forwards, so there is nothing to say');
    for (const [what, [command = '', ...args], sign] of OBSTACLES) {
      await host.namespace.run(command, ...args);
      const [warning, ...more] = await warnings(host);
      assert.deepEqual(more, [], what);
      assert.match(warning?.msg ?? '', sign);
      // `sh` splits the command as a person's shell would.
      await host.namespace.run('sh', '-c', warning?.mend ?? 'false');
      assert.deepEqual(await warnings(host), [], `${what}: ${warning?.mend} mends it`);
    }
  });
});

/** Starts the daemon anew and gives the warnings that name a remedy for what the host does not let pass. */
async function warnings(host: Host): Promise<z.infer<typeof entry>[]> {
  rmSync(host.daemon.logFile, { force: true });
  await host.daemon.start();
  await host.daemon.stop();
  const lines = readFileSync(host.daemon.logFile, 'utf8').trimEnd().split('\n');
  const entries = lines.map((line) => entry.parse(JSON.parse(line)));
  // Without root the miss socket cannot have the buffer that it asks for, which is said as well.
  return entries.filter(({ mend }) => mend !== undefined && !mend.includes('rmem_max'));
}
