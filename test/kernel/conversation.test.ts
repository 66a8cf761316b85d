import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conversation } from '../../src/kernel/conversation.ts';
import { acceptRefusal, KernelFault } from '../../src/kernel/kernel-fault.ts';
import { listLinks } from '../../src/kernel/links.ts';
import { listNeighbours, removeNeighbour, replaceNeighbour } from '../../src/kernel/neighbours.ts';
import { requireNetworkPrivilege } from '../../src/kernel/privilege.ts';
import { parseMac } from '../../src/net/mac.ts';
import { RTM_DELLINK, RTM_GETLINK, RTM_NEWNEIGH } from '../../src/netlink/constants.ts';
import { FakeKernel } from '../support/fake-kernel.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { kernelContract } from '../support/kernel-contract.ts';

const MAC = parseMac('02:00:00:00:00:07');

kernelContract('fake kernel', false, () => new Conversation(new FakeKernel().open()));

kernelContract('fake kernel that chatters', false, () => {
  const kernel = new FakeKernel();
  kernel.chatter = true;
  return new Conversation(kernel.open());
});

function setUp() {
  const kernel = new FakeKernel();
  const { ifindex } = kernel.links.add('flannel.1');
  const socket = kernel.open();
  return { kernel, ifindex, socket, conversation: new Conversation(socket) };
}

test('an interrupted dump is thrown away and asked for again', () => {
  const { kernel, ifindex, conversation } = setUp();
  const all = Array.from({ length: 1000 }, (_, index) =>
    replaceNeighbour(ifindex, 0x0a050000 + index, MAC, 113),
  );
  conversation.batch('fill', all);
  kernel.interruptedDumps = 3;
  kernel.requests.splice(0);
  assert.equal(listNeighbours(conversation, ifindex).length, 1000);
  assert.equal(kernel.requests.length, 4);
});

test('a dump that is interrupted every time is given up', () => {
  const { kernel, conversation } = setUp();
  kernel.interruptedDumps = Number.POSITIVE_INFINITY;
  assert.throws(() => listLinks(conversation), {
    name: 'KernelFault',
    code: 'EPROTO',
    message: "list links: a table that changed during 20 dumps; allowed: the kernel's complete answer",
  });
  kernel.interruptedDumps = 0;
  assert.equal(listLinks(conversation).length, 1);
});

test('a refused dump is a refusal, and the next one works', () => {
  const { kernel, conversation } = setUp();
  kernel.refuse(RTM_GETLINK, ERRNO.EINVAL);
  assert.throws(() => listLinks(conversation), { code: 'EINVAL' });
  assert.equal(listLinks(conversation).length, 1);
});

test("a refusal carries the kernel's words", () => {
  const { kernel, ifindex, conversation } = setUp();
  kernel.words = 'No such luck';
  assert.throws(() => conversation.request('removing it', removeNeighbour(ifindex, 1)), {
    message: 'removing it: ENOENT: No such luck; allowed: a request that the kernel accepts',
  });
});

test('EPERM names the capability that is missing', () => {
  const { kernel, conversation } = setUp();
  requireNetworkPrivilege(conversation);
  kernel.refuse(RTM_DELLINK, ERRNO.EPERM);
  assert.throws(() => requireNetworkPrivilege(conversation), {
    code: 'EPERM',
    message: 'changing the network: EPERM; allowed: CAP_NET_ADMIN in this network namespace',
  });
});

test('one refusal in a batch stops none of the others', () => {
  const { kernel, ifindex, conversation } = setUp();
  kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOBUFS, 2);
  const requests = Array.from({ length: 5 }, (_, index) => replaceNeighbour(ifindex, 1000 + index, MAC, 113));
  const failures = conversation.batch('fill', requests);
  assert.deepEqual(
    failures.map(({ index, fault }) => [index, fault.code]),
    [[2, 'ENOBUFS']],
  );
  assert.equal(kernel.neighbours.neighbours.size, 4);
});

test('only the last message of a write asks for an acknowledgement', () => {
  const { kernel, ifindex, conversation } = setUp();
  const requests = Array.from({ length: 129 }, (_, index) =>
    replaceNeighbour(ifindex, 1000 + index, MAC, 113),
  );
  conversation.batch('fill', requests);
  const asking = kernel.requests.flatMap(({ flags }, index) => ((flags & 4) === 0 ? [] : [index]));
  assert.deepEqual(asking, [127, 128]);
  const sequences = kernel.requests.map(({ sequence }) => sequence);
  assert.deepEqual(
    sequences,
    Array.from({ length: 129 }, (_, index) => index + 1),
  );
});

test('a socket that fails is a fault with the errno and the cause', () => {
  const { ifindex, socket, conversation } = setUp();
  for (const code of ['ENOBUFS', 'EBADF', 'EAGAIN'] as const) {
    socket.failReceive(code);
    const broken = (error: unknown) =>
      error instanceof KernelFault && error.code === code && error.cause instanceof Error;
    assert.throws(() => listNeighbours(conversation, ifindex), broken, code);
    // What was not read then answers nothing that is asked later.
    assert.deepEqual(listNeighbours(conversation, ifindex), []);
  }
  socket.failSend('ENOBUFS');
  assert.throws(() => conversation.request('send', removeNeighbour(ifindex, 1)), {
    code: 'ENOBUFS',
    message: 'send: ENOBUFS; allowed: a working netlink socket',
  });
});

test('an answer that was not read is not taken for that to a later request', () => {
  const { ifindex, socket, conversation } = setUp();
  socket.failReceive('ENOBUFS');
  assert.throws(() => conversation.request('refused', removeNeighbour(ifindex, 1)), { code: 'ENOBUFS' });
  assert.equal(socket.waiting, 1);
  assert.deepEqual(conversation.batch('accepted', [replaceNeighbour(ifindex, 2, MAC, 113)]), []);
});

test('acceptRefusal lets through the errnos that it is told, and nothing else', () => {
  const refusal = KernelFault.refused('x', { errno: 17 });
  acceptRefusal(refusal, 'ENOENT', 'EEXIST');
  assert.throws(() => acceptRefusal(refusal, 'ENOENT'), refusal);
  const other = new TypeError('EEXIST');
  assert.throws(() => acceptRefusal(other, 'EEXIST'), other);
});
