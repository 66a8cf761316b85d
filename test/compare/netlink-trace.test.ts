import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countRequests } from '../../src/compare/netlink-trace.ts';

const hex = (bytes: Buffer) => [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

/** A message of nothing but its header, padded to `length`. */
function message(length: number, type: number): Buffer {
  const bytes = Buffer.alloc((length + 3) & ~3);
  new Uint32Array(bytes.buffer, bytes.byteOffset, 1)[0] = length;
  new Uint16Array(bytes.buffer, bytes.byteOffset + 4, 1)[0] = type;
  return bytes;
}

const route = 'NETLINK:[ROUTE:6386]';
const written = (bytes: Buffer) =>
  `6386  write(18<${route}>, "${hex(bytes)}", ${bytes.length}) = ${bytes.length}`;

describe('requests in a trace', () => {
  it('are counted in bytes that were written, one behind the other, without what only asks', () => {
    const batch = Buffer.concat([message(30, 28), message(16, 1), message(44, 24), message(20, 30)]);
    assert.deepEqual(countRequests(`${written(batch)}\n${written(message(52, 16))}\n`), {
      messages: 3,
      bytes: 30 + 44 + 52,
    });
  });

  it('are counted in what strace has read', () => {
    const lines = [
      `6402  sendto(3<${route}>, [{nlmsg_len=32, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_REQUEST}, {ifi_family=AF_UNSPEC}], 32, 0, NULL, 0) = 32`,
      `6402  sendmsg(4<${route}>, {msg_name={sa_family=AF_NETLINK}, msg_iov=[{iov_base=[[{nlmsg_len=48, nlmsg_type=RTM_GETLINK}, {x=1}], [{nlmsg_len=20, nlmsg_type=NLMSG_NOOP}, ""], [{nlmsg_len=40, nlmsg_type=RTM_NEWROUTE}, {}]], iov_len=108}]}, 0) = 108`,
      `6402  sendto(3<${route}>, [{nlmsg_len=28, nlmsg_type=RTM_NEWNEIGH}, {x}], 28, 0, NULL, 0 <unfinished ...>`,
    ];
    assert.deepEqual(countRequests(lines.join('\n')), { messages: 3, bytes: 32 + 40 + 28 });
  });

  it('are only what goes to route netlink', () => {
    const lines = [
      written(message(40, 28)).replaceAll('ROUTE', 'NETFILTER'),
      written(message(40, 28)).replace(route, 'TCP:[10.99.0.12:1->10.99.0.1:2379]'),
      '6402  <... sendto resumed>) = 28',
      `6402  write(18<${route}>, "", 0) = 0`,
      `6402  write(18<${route}>, "\\x08\\x00", 2) = 2`,
    ];
    assert.deepEqual(countRequests(lines.join('\n')), { messages: 0, bytes: 0 });
  });
});
