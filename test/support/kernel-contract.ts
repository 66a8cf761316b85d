import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Conversation } from '../../src/kernel/conversation.ts';
import { removeLink } from '../../src/kernel/links.ts';
import { listNeighbours, removeNeighbour, replaceNeighbour } from '../../src/kernel/neighbours.ts';
import { macFromBytes } from '../../src/net/mac.ts';
import { NLMSG_NOOP } from '../../src/netlink/constants.ts';
import { addressingContract, forwardingContract, neighbourContract } from './kernel-contract-entries.ts';
import { addDevice, CONTAINER, type Contract, refused, type Under } from './kernel-contract-ground.ts';
import { linkContract } from './kernel-contract-links.ts';

/** What every kernel, the real and the fake, does to what src/kernel asks for. `open` is called once per test. */
export function kernelContract(
  kind: string,
  skip: string | false,
  open: (t: TestContext) => Conversation,
): void {
  const contract = (what: string, body: (under: Under) => void) =>
    test(`${kind}: ${what}`, { skip }, (t) => {
      const conversation = open(t);
      const { ifindex } = addDevice(conversation);
      try {
        body({ conversation, ifindex });
      } finally {
        // Before the hooks of the test, which close the socket. A test may have removed the device itself.
        conversation.batch('remove', [removeLink(ifindex)]);
      }
    });

  linkContract(contract);
  neighbourContract(contract);
  forwardingContract(contract);
  addressingContract(contract);
  conversationContract(contract);
}

function conversationContract(contract: Contract): void {
  contract('a batch of 300 tells exactly which were refused', ({ conversation, ifindex }) => {
    const bad = new Set([0, 1, 126, 127, 128, 200, 255, 256, 298, 299]);
    const requests = Array.from({ length: 300 }, (_, index) => {
      const destination = CONTAINER + index;
      return bad.has(index)
        ? removeNeighbour(ifindex, destination)
        : replaceNeighbour(ifindex, destination, macFromBytes(Uint8Array.of(2, 0, 0, 0, 1, index)), 113);
    });
    const before = conversation.requests;
    const failures = conversation.batch('mixed', requests);
    assert.deepEqual(
      failures.map(({ index }) => index),
      [...bad],
    );
    assert.deepEqual([...new Set(failures.map(({ fault }) => fault.code))], ['ENOENT']);
    assert.equal(conversation.requests - before, 300);
    assert.equal(listNeighbours(conversation, ifindex).length, 300 - bad.size);
  });

  contract('a batch in which all are refused reports all', ({ conversation, ifindex }) => {
    const requests = Array.from({ length: 300 }, (_, index) => removeNeighbour(ifindex, CONTAINER + index));
    assert.equal(conversation.batch('all', requests).length, 300);
    assert.deepEqual(conversation.batch('none', []), []);
  });

  contract('a type that the kernel does not know is refused, and nothing is amiss after', (under) => {
    const { conversation, ifindex } = under;
    const empty = { flags: 0, size: 16, write: (buffer: Buffer, at: number) => buffer.fill(0, at, at + 16) };
    assert.throws(() => conversation.request('unknown', { ...empty, type: 0x3f0 }), refused('EOPNOTSUPP'));
    conversation.request('nothing', { ...empty, size: 0, type: NLMSG_NOOP, write: () => undefined });
    assert.deepEqual(listNeighbours(conversation, ifindex), []);
  });
}
