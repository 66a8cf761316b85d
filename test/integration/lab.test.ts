import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Lab } from '../../src/lab/lab.ts';
import { LabFault } from '../../src/lab/lab-fault.ts';
import { ping } from '../../src/lab/ping.ts';
import { namespacesOfLab } from '../../src/lab/take-down.ts';
import { labFor, labSkipReason } from '../support/lab-fixture.ts';

const skip = labSkipReason();

function writeSubnetFile(lab: Lab, number: number): void {
  const text = `FLANNEL_NETWORK=10.5.0.0/16\nFLANNEL_SUBNET=10.5.${number}.1/24\nFLANNEL_MTU=1450\n`;
  writeFileSync(lab.host(number).daemon.subnetFile, text);
}

/** A process that has ended but waits for its parent, a zombie, is not alive (proc(5): the field behind the name). */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('hosts reach each other and etcd, and forward without IPv6', { skip }, async (t) => {
  const lab = await labFor(t);
  const one = lab.host(1).namespace;
  assert.equal((await one.attempt('ping', ['-c', '1', '-W', '5', '10.99.0.12'])).status, 0);
  assert.equal((await one.attempt('ping', ['-c', '1', '-W', '5', '10.99.0.1'])).status, 0);
  assert.equal(await one.run('cat', '/proc/sys/net/ipv4/ip_forward'), '1\n');
  assert.equal(await one.run('ip', '-6', 'address', 'show'), '');
});

test('etcd holds the network config and does what it is asked', { skip }, async (t) => {
  const { etcd } = await labFor(t, { hosts: 0, networkConfig: '{"Network":"10.9.0.0/16"}' });
  assert.equal((await etcd.get('/coreos.com/network/config'))?.value, '{"Network":"10.9.0.0/16"}');
  await etcd.put('/coreos.com/network/subnets/10.9.2.0-24', 'two');
  await etcd.put('/coreos.com/network/subnets/10.9.1.0-24', 'one');
  await etcd.put('/coreos.com/network/subnetsX', 'beside');
  const listed = await etcd.list('/coreos.com/network/subnets/');
  assert.deepEqual(
    listed.map(({ value }) => value),
    ['one', 'two'],
  );
  assert.ok((listed[0]?.modRevision ?? 0n) > (listed[1]?.modRevision ?? 0n));
  await etcd.delete('/coreos.com/network/subnets/10.9.1.0-24');
  assert.equal(await etcd.get('/coreos.com/network/subnets/10.9.1.0-24'), undefined);
});

test('etcd keeps its data over a restart, and the config can be left out', { skip }, async (t) => {
  const { etcd } = await labFor(t, { hosts: 0, networkConfig: null });
  assert.equal(await etcd.get('/coreos.com/network/config'), undefined);
  await etcd.put('a', 'kept');
  assert.deepEqual(await etcd.stop(), { status: null, signal: 'SIGTERM' });
  await assert.rejects(etcd.get('a'));
  await etcd.start();
  assert.equal((await etcd.get('a'))?.value, 'kept');
});

test('containers reach their gateway and each other with the MTU of the subnet file', { skip }, async (t) => {
  const lab = await labFor(t, { hosts: 1 });
  writeSubnetFile(lab, 1);
  await lab.addContainers(1);
  await lab.addContainers(1);
  const [one, two] = lab.containers;
  assert.ok(one !== undefined && two !== undefined);
  assert.deepEqual([one.name, one.address], ['h1-c1', '10.5.1.2']);
  assert.deepEqual([two.name, two.address], ['h1-c2', '10.5.1.3']);
  for (const address of ['10.5.1.1', two.address, lab.host(1).address]) {
    const { roundTrips } = await ping(one, address);
    assert.ok(!roundTrips.includes(undefined), `${address} answers`);
  }
  assert.match(await two.namespace.run('ip', 'link', 'show', 'eth0'), /mtu 1450 /);
  for (const device of ['c2', 'cni0']) {
    assert.match(await lab.host(1).namespace.run('ip', 'link', 'show', device), /mtu 1450 /);
  }
  assert.deepEqual((await ping(one, '10.5.1.99', { count: 1, patience: 1 })).roundTrips, [undefined]);
});

test('a daemon that ends before it is ready is reported with its last words', { skip }, async (t) => {
  const program = ['sh', '-c', 'echo first; echo "eth0: not to my taste" >&2; exit 3'];
  const lab = await labFor(t, { hosts: 1, daemonProgram: program });
  await assert.rejects(lab.startDaemons(), (error) => {
    assert.ok(error instanceof LabFault);
    assert.match(error.message, /^l3missd: it ended with exit status 3: first \| eth0: not to my taste;/);
    return true;
  });
});

test('what a command prints to stderr stands in the fault', { skip }, async (t) => {
  const lab = await labFor(t, { hosts: 1 });
  await assert.rejects(lab.host(1).namespace.configure('link set lo up', 'link set nothing up'), (error) => {
    assert.ok(error instanceof LabFault);
    assert.match(error.message, /Cannot find device "nothing".*Command failed -:2/);
    assert.match(error.message, /link set lo up \| link set nothing up/);
    return true;
  });
});

test('taking down leaves no namespace, process or folder, and twice is as once', { skip }, async (t) => {
  const lab = await labFor(t);
  // A program that will not listen to SIGTERM must go as well.
  const stubborn = await lab
    .host(2)
    .namespace.run('sh', '-c', 'trap "" TERM; (while :; do sleep 60; done) >/dev/null 2>&1 & echo $!');
  const pids = [Number(stubborn), lab.etcd.process?.pid ?? 0];
  assert.ok(pids.every(isAlive), 'the programs run');
  assert.equal((await namespacesOfLab(lab.name)).length, 3);
  await lab.takeDown();
  assert.deepEqual(await namespacesOfLab(lab.name), []);
  assert.deepEqual(pids.filter(isAlive), []);
  assert.equal(existsSync(lab.folder), false);
  await lab.takeDown();
  await assert.rejects(lab.raise(), /it is being taken down/);
});

test('two labs of one process stand beside each other', { skip }, async (t) => {
  const one = await labFor(t, { hosts: 1 });
  const two = await labFor(t, { hosts: 1 });
  assert.notEqual(one.name, two.name);
  await one.takeDown();
  assert.equal((await namespacesOfLab(two.name)).length, 2);
  assert.notEqual(await two.etcd.get('/coreos.com/network/config'), undefined);
});
