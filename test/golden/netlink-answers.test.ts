import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import { decodeAcknowledgement } from '../../src/netlink/acknowledgement.ts';
import {
  NLMSG_ERROR,
  NTF_EXT_LEARNED,
  NUD_INCOMPLETE,
  NUD_PROBE,
  NUD_STALE,
  RTM_GETNEIGH,
} from '../../src/netlink/constants.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { NOTIFICATIONS, REFUSALS, REQUESTS } from './netlink-capture-plan.ts';
import { REPORTS } from './netlink-capture-reports.ts';
import { decoded, frameOf, known } from './netlink-compare.ts';
import { sampleNames } from './netlink-samples.ts';

// What the kernel said, and what was true when it said so: see the command in each sample, and SETUP in
// netlink-capture-plan.ts for the namespace around it.

const FLANNEL = 5;
const MAC = parseMac('02:00:00:00:00:07');
test('a miss, a question about an entry in use, and an l2miss', () => {
  const miss = decoded('miss', RTM_GETNEIGH, neighbourMessage, 'kernel');
  assert.equal(miss.header.ifindex, FLANNEL);
  assert.equal(miss.header.state, NUD_INCOMPLETE);
  assert.deepEqual(known(miss.attributes, 'cacheInfo'), { destination: parseIpv4('10.5.7.3'), probes: 0 });
  const question = decoded('question', RTM_GETNEIGH, neighbourMessage, 'kernel');
  assert.equal(question.header.state, NUD_PROBE);
  assert.equal(question.header.flags, NTF_EXT_LEARNED);
  assert.deepEqual(known(question.attributes, 'cacheInfo'), {
    destination: parseIpv4('10.5.7.2'),
    linkLayerAddress: MAC,
    probes: 0,
    protocol: 113,
  });
  const l2miss = decoded('l2miss', RTM_GETNEIGH, neighbourMessage, 'kernel');
  assert.equal(l2miss.header.ifindex, 6);
  assert.equal(l2miss.header.state, NUD_STALE);
  assert.equal(l2miss.attributes.linkLayerAddress, '02:00:00:00:00:66');
  assert.equal(l2miss.attributes.destination, undefined);
});

test('acknowledgement and refusals', () => {
  const answer = (name: string) => {
    const frame = frameOf(name);
    assert.equal(frame.type, NLMSG_ERROR);
    return decodeAcknowledgement(frame);
  };
  assert.deepEqual(answer('acknowledgement'), { errno: 0 });
  const noGateway = { errno: 101, message: 'Nexthop has invalid gateway' };
  assert.deepEqual(answer('refusal-with-text'), noGateway);
  assert.deepEqual(answer('refusal-with-text-uncapped'), noGateway);
  // Before the offence stand nlmsghdr with 16 bytes, ifaddrmsg with 8 and IFA_ADDRESS with 8.
  assert.deepEqual(answer('refusal-with-place'), {
    errno: 34,
    message: 'Attribute failed policy validation',
    offset: 32,
  });
});

test('the samples are those of the plan', () => {
  const plan = [...REPORTS, ...REFUSALS, ...NOTIFICATIONS, ...REQUESTS].map(({ name }) => name);
  assert.deepEqual(sampleNames(), plan.sort());
});
