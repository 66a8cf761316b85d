import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replaceForwarding } from '../../src/kernel/forwarding.ts';
import { formatIpv4, parseIpv4 } from '../../src/net/ipv4.ts';
import { RTM_DELNEIGH, RTM_NEWNEIGH } from '../../src/netlink/constants.ts';
import { ForwardingTable } from '../../src/overlay/forwarding-table.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { fakeHost, leaseOf, macOf } from './fixture.ts';

function tableOnFake() {
  const host = fakeHost();
  const { ifindex } = host.kernel.links.add('flannel.1');
  const table = new ForwardingTable(host.conversation, ifindex, host.log);
  /** The last two parts of each MAC and endpoint. */
  const held = () =>
    [...host.kernel.neighbours.forwarding.values()]
      .map(({ mac, endpoint }) => `${mac.slice(-2)} ${formatIpv4(endpoint)}`)
      .sort();
  const writes = () => {
    const types = host.kernel.requests.splice(0).map(({ type }) => type);
    return types.filter((type) => type === RTM_NEWNEIGH || type === RTM_DELNEIGH).length;
  };
  return { ...host, ifindex, table, held, writes };
}

const NEW_ADDRESS = parseIpv4('10.99.0.70');

test('each MAC that a lease names has one entry, which goes with the last of its leases', () => {
  const { table, held, writes } = tableOnFake();
  const second = leaseOf(8, { mac: macOf(7), publicIp: leaseOf(7).publicIp });
  table.install([{ after: leaseOf(7) }, { after: second }]);
  assert.deepEqual(held(), ['07 10.99.0.7']);
  assert.equal(writes(), 1);
  table.install([{ before: leaseOf(7) }]);
  table.removeStale();
  assert.deepEqual(held(), ['07 10.99.0.7']);
  table.install([{ before: second }]);
  assert.deepEqual(held(), ['07 10.99.0.7'], 'stays until neighbours no longer lead to it');
  table.removeStale();
  assert.deepEqual(held(), []);
  assert.deepEqual(table.counters, { entries: 0, written: 1, removed: 1, failed: 0 });
});

test('of leases that disagree about a MAC the one written last counts, and the other takes over', () => {
  const { table, held } = tableOnFake();
  const late = leaseOf(8, { mac: macOf(7) });
  table.install([{ after: late }, { after: leaseOf(7) }]);
  assert.deepEqual(held(), ['07 10.99.0.8']);
  table.install([{ before: late }]);
  table.removeStale();
  assert.deepEqual(held(), ['07 10.99.0.7']);
});

test('a host that changes its PublicIP keeps one entry, and what is the same is not written', () => {
  const { table, held, writes } = tableOnFake();
  table.install([{ after: leaseOf(7) }]);
  const moved = leaseOf(7, { publicIp: NEW_ADDRESS, modRevision: 100n });
  table.install([{ before: leaseOf(7), after: moved }]);
  table.removeStale();
  assert.deepEqual(held(), ['07 10.99.0.70']);
  writes();
  table.install([{ before: moved, after: { ...moved, modRevision: 101n } }]);
  table.removeStale();
  assert.equal(writes(), 0);
});

test('a host that changes its MAC leaves no old entry', () => {
  const { table, held } = tableOnFake();
  table.install([{ after: leaseOf(7) }]);
  table.install([{ before: leaseOf(7), after: leaseOf(7, { mac: macOf(70) }) }]);
  assert.deepEqual(held(), ['07 10.99.0.7', '46 10.99.0.7']);
  table.removeStale();
  assert.deepEqual(held(), ['46 10.99.0.7']);
});

test('changes that overtake each other in one batch end at the last', () => {
  const { table, held } = tableOnFake();
  const second = leaseOf(7, { mac: macOf(70), modRevision: 50n });
  const third = leaseOf(7, { publicIp: NEW_ADDRESS, modRevision: 51n });
  table.install([
    { after: leaseOf(7) },
    { before: leaseOf(7), after: second },
    { before: second, after: third },
  ]);
  table.removeStale();
  assert.deepEqual(held(), ['07 10.99.0.70']);
});

test('at the start only the difference is written, and what nobody needs goes', () => {
  const { conversation, ifindex, table, held, writes } = tableOnFake();
  conversation.batch('left by an earlier agent', [
    replaceForwarding(ifindex, macOf(7), leaseOf(7).publicIp),
    replaceForwarding(ifindex, macOf(8), NEW_ADDRESS),
    replaceForwarding(ifindex, macOf(99), NEW_ADDRESS),
  ]);
  writes();
  table.compare([{ after: leaseOf(7) }, { after: leaseOf(8) }, { after: leaseOf(9) }]);
  assert.equal(writes(), 2);
  assert.deepEqual(held(), ['07 10.99.0.7', '08 10.99.0.8', '09 10.99.0.9', '63 10.99.0.70']);
  table.removeStale();
  assert.equal(writes(), 1);
  assert.deepEqual(held(), ['07 10.99.0.7', '08 10.99.0.8', '09 10.99.0.9']);
  assert.equal(table.counters.entries, 3);
});

test('a comparison mends what somebody else did', () => {
  const { kernel, ifindex, table, held } = tableOnFake();
  table.install([{ after: leaseOf(7) }, { after: leaseOf(8) }]);
  kernel.neighbours.forwarding.delete(`${ifindex} ${macOf(7)}`);
  table.compare([]);
  table.removeStale();
  assert.deepEqual(held(), ['07 10.99.0.7', '08 10.99.0.8']);
});

test('what the kernel refuses is counted, logged once a batch, and written by the next comparison', () => {
  const { kernel, table, held, log } = tableOnFake();
  kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOBUFS);
  kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOBUFS);
  table.install([{ after: leaseOf(7) }, { after: leaseOf(8) }, { after: leaseOf(9) }]);
  assert.deepEqual(held(), ['09 10.99.0.9']);
  assert.equal(table.counters.failed, 2);
  assert.equal(table.incomplete, true);
  assert.equal(log.lines.filter((line) => /^warn .*ENOBUFS/.test(line)).length, 1);
  table.compare([]);
  assert.deepEqual(held(), ['07 10.99.0.7', '08 10.99.0.8', '09 10.99.0.9']);
  assert.equal(table.incomplete, false);
});

test('what the kernel refused is no longer missed when its lease has gone', () => {
  const { kernel, table } = tableOnFake();
  kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOBUFS);
  table.install([{ after: leaseOf(7) }]);
  assert.equal(table.incomplete, true);
  table.install([{ before: leaseOf(7) }]);
  table.removeStale();
  assert.equal(table.incomplete, false);
});

test('a removal that finds nothing is no failure; one that is refused is tried again', () => {
  const { kernel, ifindex, table, held } = tableOnFake();
  table.install([{ after: leaseOf(7) }, { after: leaseOf(8) }]);
  kernel.neighbours.forwarding.delete(`${ifindex} ${macOf(7)}`);
  table.install([{ before: leaseOf(7) }]);
  table.removeStale();
  assert.equal(table.counters.failed, 0);
  kernel.refuse(RTM_DELNEIGH, ERRNO.EPERM);
  table.install([{ before: leaseOf(8) }]);
  table.removeStale();
  assert.deepEqual(held(), ['08 10.99.0.8']);
  assert.equal(table.counters.failed, 1);
  table.removeStale();
  assert.deepEqual(held(), []);
});
