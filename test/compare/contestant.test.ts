import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { commandOf } from '../../src/compare/contestant.ts';

const cluster = { etcdEndpoint: 'http://10.99.0.1:2379', etcdPrefix: '/coreos.com/network-1' };
const files = { subnetFile: '/x/subnet.env', controlSocket: '/x/control.sock' };

const FLANNELS = [
  '-etcd-endpoints=http://10.99.0.1:2379',
  '-etcd-prefix=/coreos.com/network-1',
  '-iface=eth0',
  '-subnet-file=/x/subnet.env',
];

describe('the command of a contestant', () => {
  it("of a mode has that mode, and what is ours behind flannel's options", () => {
    const command = commandOf({ kind: 'mode', name: 'eager' }, cluster, files, ['--idle-timeout', '2s']);
    const run = command.indexOf('run');
    assert.deepEqual(command.slice(run + 1), [
      ...FLANNELS,
      ...['--control-socket', '/x/control.sock', '--log-format', 'json'],
      ...['--programming', 'eager', '--idle-timeout', '2s'],
    ]);
  });

  it("of a peer is read by a shell, which it replaces, and gets flannel's options alone", () => {
    const command = 'printf "%s|" \'one word\' $((1 + 1))';
    const [shell = '', ...args] = commandOf({ kind: 'peer', name: 'x', command }, cluster, files, ['--ours']);
    const { stdout } = spawnSync(shell, args, { encoding: 'utf8' });
    assert.equal(stdout, `one word|2|${FLANNELS.join('|')}|`);
    const shown = { kind: 'peer', name: 'x', command: 'sh -c "echo \\$PPID"' } as const;
    const [again = '', ...rest] = commandOf(shown, cluster, files);
    assert.equal(spawnSync(again, rest, { encoding: 'utf8' }).stdout.trim(), String(process.pid));
  });
});
