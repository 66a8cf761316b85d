import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labEnvironment, runCommand, tryCommand } from '../../src/lab/command.ts';
import { LabFault } from '../../src/lab/lab-fault.ts';

test('a command gives what it printed, and reads its input', async () => {
  assert.equal(await runCommand('cat', [], { input: 'one\ntwo\n' }), 'one\ntwo\n');
});

test('a bad exit status is a fault with the command, the status and its stderr', async () => {
  await assert.rejects(runCommand('sh', ['-c', 'echo lost; echo why >&2; exit 7']), (error) => {
    assert.ok(error instanceof LabFault);
    assert.match(error.message, /^command `sh -c .*`: exit status 7: why; allowed: exit status 0$/);
    return true;
  });
});

test('the exit status can be asked for instead', async () => {
  const outcome = await tryCommand('sh', ['-c', 'echo out; echo err >&2; exit 7']);
  assert.deepEqual(outcome, { status: 7, stdout: 'out\n', stderr: 'err\n' });
});

test('a program that is not installed is named', async () => {
  await assert.rejects(runCommand('l3missd-no-such-program', []), /no-such-program.*not installed/);
});

test('a command that takes too long is ended', async () => {
  await assert.rejects(runCommand('sleep', ['60'], { timeout: 50 }), /sleep 60.*ended by SIGTERM/);
});

test('a signal ends a command', async () => {
  const abort = new AbortController();
  const run = runCommand('sleep', ['60'], { signal: abort.signal });
  abort.abort();
  await assert.rejects(run, LabFault);
});

test('a command that leaves its input unread ends by its own status', async () => {
  assert.equal(await runCommand('true', [], { input: 'x'.repeat(1_000_000) }), '');
});

test('what would configure etcd or the daemon does not reach them', (t) => {
  const names = ['ETCD_NAME', 'FLANNELD_IFACE', 'L3MISSD_LOG_LEVEL'];
  for (const name of names) {
    process.env[name] = 'disturbing';
  }
  t.after(() => {
    for (const name of names) {
      delete process.env[name];
    }
  });
  const environment = labEnvironment();
  assert.deepEqual(
    Object.keys(environment).filter((name) => names.includes(name)),
    [],
  );
  const { PATH = '' } = environment;
  assert.match(PATH, /:\/usr\/sbin:\/sbin$/);
});
