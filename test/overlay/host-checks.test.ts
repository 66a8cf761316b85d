import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  NF_ACCEPT,
  NF_DROP,
  NF_INET_FORWARD,
  NFNL_SUBSYS_NFTABLES,
  NFPROTO_INET,
  NFPROTO_IPV4,
  NFT_MSG_GETCHAIN,
} from '../../src/netlink/constants.ts';
import { checkHost } from '../../src/overlay/host-checks.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { fakeHost } from './fixture.ts';

function chain(table: string, name: string, policy: number | undefined, number = NF_INET_FORWARD) {
  return { table, name, hook: { number, priority: 0 }, ...(policy === undefined ? {} : { policy }) };
}

/** What mends the findings; legacy iptables is that of the machine the test runs on, and left out. */
function mends(...[route, netfilter, log]: Parameters<typeof checkHost>): string[] {
  return checkHost(route, netfilter, log)
    .map(({ mend }) => mend)
    .filter((mend) => !mend.startsWith('iptables-legacy'));
}

test('a host that lets packets pass has no findings', () => {
  const { kernel, conversation, log } = fakeHost();
  kernel.settings.chains.push(
    { family: NFPROTO_IPV4, attributes: chain('filter', 'FORWARD', NF_ACCEPT) },
    { family: NFPROTO_IPV4, attributes: chain('filter', 'INPUT', NF_DROP, 1) },
    { family: NFPROTO_IPV4, attributes: { table: 'filter', name: 'DOCKER' } },
    { family: 10, attributes: chain('filter', 'FORWARD', NF_DROP) },
  );
  assert.deepEqual(mends(conversation, conversation, log), []);
});

test('each finding says what mends it', () => {
  const { kernel, conversation, log } = fakeHost();
  kernel.settings.forwarding = false;
  kernel.settings.chains.push(
    { family: NFPROTO_IPV4, attributes: chain('filter', 'FORWARD', NF_DROP) },
    { family: NFPROTO_INET, attributes: chain('mine', 'gate', NF_DROP) },
  );
  assert.deepEqual(mends(conversation, conversation, log), [
    'sysctl -w net.ipv4.ip_forward=1',
    'iptables -P FORWARD ACCEPT',
    "nft chain inet mine gate '{ policy accept; }'",
  ]);
});

test('a kernel that cannot be asked about its chains is a line in the log', () => {
  const { kernel, conversation, log } = fakeHost();
  kernel.refuse((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETCHAIN, ERRNO.EINVAL);
  assert.deepEqual(mends(conversation, conversation, log), []);
  assert.match(log.lines.join('\n'), /^warn .*nftables could not be read .*EINVAL/);
});
