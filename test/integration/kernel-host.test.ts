import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { Conversation } from '../../src/kernel/conversation.ts';
import { isHostForwarding, listDroppingForwardChains } from '../../src/kernel/host-forwarding.ts';
import { requireNetworkPrivilege } from '../../src/kernel/privilege.ts';
import { closeSocket, openNetfilterSocket, openRouteSocket } from '../../src/kernel/sockets.ts';
import { descriptorTransport } from '../../src/kernel/transport.ts';
import { enterNamespace } from '../support/netns.ts';

const skip = enterNamespace(import.meta.url);
const noNft = spawnSync('nft', ['--version']).status === 0 ? false : 'nft is not installed';

function conversationOn(descriptor: number, t: TestContext): Conversation {
  t.after(() => closeSocket(descriptor));
  return new Conversation(descriptorTransport(descriptor));
}

test('the privilege is there in a namespace of our own', { skip }, (t) => {
  requireNetworkPrivilege(conversationOn(openRouteSocket(), t));
});

test('root of a user namespace that does not own the network is told what is missing', { skip }, () => {
  const modules = ['privilege', 'sockets', 'transport', 'conversation'].map((name) =>
    JSON.stringify(new URL(`../../src/kernel/${name}.js`, import.meta.url).href),
  );
  const script = `
    const [privilege, sockets, transport, conversation] = await Promise.all([${modules}].map((url) => import(url)));
    const socket = transport.descriptorTransport(sockets.openRouteSocket());
    try {
      privilege.requireNetworkPrivilege(new conversation.Conversation(socket));
      console.log('allowed');
    } catch (error) {
      console.log(error.code, error.message);
    }`;
  const node = [process.execPath, '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync('unshare', ['--user', '--map-root-user', ...node], {
    encoding: 'utf8',
  });
  const message = 'EPERM changing the network: EPERM; allowed: CAP_NET_ADMIN in this network namespace\n';
  assert.equal(stdout, message, stderr);
});

test("the host's forwarding is what ip_forward says", { skip }, (t) => {
  const conversation = conversationOn(openRouteSocket(), t);
  for (const value of ['1', '0', '1']) {
    writeFileSync('/proc/sys/net/ipv4/ip_forward', value);
    // That sets all interfaces and their default, which do not count.
    for (const one of ['lo', 'default']) {
      writeFileSync(`/proc/sys/net/ipv4/conf/${one}/forwarding`, value === '1' ? '0' : '1');
    }
    assert.equal(isHostForwarding(conversation), value === '1');
  }
});

test('forward chains that drop are found, others are not', { skip: skip || noNft }, (t) => {
  const conversation = conversationOn(openNetfilterSocket(), t);
  assert.deepEqual(listDroppingForwardChains(conversation), []);
  const rules = `
    table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }
    table ip fine { chain forward { type filter hook forward priority 0; policy accept; }; chain plain { }; }
    table inet mine { chain gate { type filter hook forward priority 5; policy drop; }; }
    table ip6 six { chain forward { type filter hook forward priority 0; policy drop; }; }
    table ip own { chain input { type filter hook input priority 0; policy drop; }; }`;
  const { status, stderr } = spawnSync('nft', ['-f', '-'], { input: rules, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.deepEqual(listDroppingForwardChains(conversation), [
    { family: 'ip', table: 'filter', chain: 'FORWARD' },
    { family: 'inet', table: 'mine', chain: 'gate' },
  ]);
});
