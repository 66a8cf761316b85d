import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listNeighbours } from '../../src/kernel/neighbours.ts';
import { closeSocket, openMissSocket } from '../../src/kernel/sockets.ts';
import { descriptorTransport } from '../../src/kernel/transport.ts';
import { Counters } from '../../src/misses/counters.ts';
import { NEVER } from '../../src/misses/lifetime.ts';
import { totalsOf } from '../../src/misses/recording/outcome-totals.ts';
import { Recording } from '../../src/misses/recording/recording.ts';
import { recordingMemory } from '../../src/misses/recording/recording-memory.ts';
import { Resolver } from '../../src/misses/resolver.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { NUD_PERMANENT } from '../../src/netlink/constants.ts';
import { modeOf } from '../../src/overlay/modes.ts';
import { knock, MissDevice } from '../support/miss-device.ts';
import { enterNamespace } from '../support/netns.ts';

const skip = enterNamespace(import.meta.url);

const NETWORK = parsePrefix('10.5.0.0/16');
const SUBNET = parsePrefix('10.5.7.0/24');
const MAC = parseMac('02:00:00:00:00:07');
const FIRST = parseIpv4('10.5.7.1');
const COUNT = 250;

test('every miss is answered although the kernel dropped most of the notifications', { skip }, async () => {
  using device = new MissDevice('l3m-overrun', NETWORK, { id: 4077, port: 4077 });
  const { conversation, ifindex } = device;
  // The kernel grants no less than 2304 bytes: room for a few misses.
  const { descriptor } = openMissSocket({
    ifindex,
    receiveBytes: 2304,
    waitMilliseconds: 100,
    ownDescriptors: [],
  });
  try {
    const counters = new Counters();
    const now = () => performance.now();
    const recording = new Recording(recordingMemory(0), now);
    const totals = () => totalsOf(recording.outcomes);
    const misses = descriptorTransport(descriptor);
    const resolver = new Resolver({
      ifindex,
      network: NETWORK,
      mode: modeOf('lazy'),
      misses,
      conversation,
      counters,
      recording,
      ownSubnet: parsePrefix('10.5.255.0/24'),
      maximum: 1000,
      idleTimeout: NEVER,
      now,
    });
    resolver.apply([{ subnet: SUBNET, mac: MAC }], true);
    const addresses = Array.from({ length: COUNT }, (_, index) => FIRST + index);
    await knock(...addresses);
    const end = performance.now() + 10_000;
    while (totals().answered + totals().alreadyAnswered + totals().recovered < COUNT) {
      assert.ok(performance.now() < end, `${totals().recovered} were recovered`);
      resolver.step();
    }
    assert.ok(counters.get('overruns') >= 1);
    assert.ok(totals().recovered >= 1);
    const held = listNeighbours(conversation, ifindex);
    assert.deepEqual(
      held.map(({ destination }) => destination).sort((a, b) => a - b),
      addresses,
    );
    assert.ok(
      held.every(({ state, mac, protocol }) => state === NUD_PERMANENT && mac === MAC && protocol === 113),
    );
  } finally {
    closeSocket(descriptor);
  }
});
