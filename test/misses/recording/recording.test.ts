import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JournalReader } from '../../../src/misses/recording/journal-reader.ts';
import { LatencyHistogram } from '../../../src/misses/recording/latency-histogram.ts';
import { ANSWERED, FIRST } from '../../../src/misses/recording/outcomes.ts';
import { Recording } from '../../../src/misses/recording/recording.ts';
import { recordingMemory } from '../../../src/misses/recording/recording-memory.ts';
import { SubnetCounts } from '../../../src/misses/recording/subnet-counts.ts';
import { formatIpv4 } from '../../../src/net/ipv4.ts';
import { formatPrefix } from '../../../src/net/prefix.ts';
import { NUD_PROBE } from '../../../src/netlink/constants.ts';
import { at, hostOf, lease, macOf, noLease, resolverOnFake } from '../fixture.ts';

type Fixture = ReturnType<typeof resolverOnFake>;

/** The journal in short: address, phase, outcome, errno. */
function journalOf({ memory }: Fixture): string[] {
  const reader = new JournalReader(memory.journal);
  return Array.from({ length: reader.head }, (_, number) => {
    const record = reader.read(number);
    const address = record?.destination === undefined ? 'frame' : formatIpv4(record.destination);
    return [address, record?.phase, record?.outcome, record?.errno]
      .filter((word) => word !== undefined)
      .join(' ');
  });
}

function listed(): Fixture {
  const fixture = resolverOnFake();
  fixture.resolver.apply([lease(7)], true);
  return fixture;
}

test('an answered miss is told with its lease, its VTEP and how long it took', () => {
  const fixture = listed();
  fixture.miss('10.5.7.2');
  const { subnet, mac, latency, readAt } = new JournalReader(fixture.memory.journal).read(0) ?? {};
  assert.deepEqual(journalOf(fixture), ['10.5.7.2 first answered']);
  assert.deepEqual([subnet && formatPrefix(subnet), mac?.[5], latency, readAt], ['10.5.7.0/24', 7, 0, 0]);
  assert.equal(new LatencyHistogram(fixture.memory.latencies).read().count, 1);
});

test('an entry in use that asks is a refresh', () => {
  const fixture = listed();
  fixture.ask(fixture.put('10.5.7.2', NUD_PROBE, macOf(7)));
  assert.deepEqual(journalOf(fixture), ['10.5.7.2 refresh answered']);
});

test('what asks again before it reads the answer was answered already', () => {
  const fixture = listed();
  const { kernel, misses, ifindex, settle } = fixture;
  kernel.miss(misses, ifindex, at('10.5.7.2'));
  kernel.miss(misses, ifindex, at('10.5.7.2'));
  settle();
  assert.deepEqual(journalOf(fixture), ['10.5.7.2 first answered', '10.5.7.2 first already-answered']);
  assert.deepEqual([fixture.totals().answered, fixture.totals().alreadyAnswered], [1, 1]);
});

test('an address that nobody has and one of this host have each their outcome', () => {
  const fixture = listed();
  fixture.miss('10.5.9.1');
  fixture.miss('10.5.255.9');
  assert.deepEqual(journalOf(fixture), ['10.5.9.1 first no-lease', '10.5.255.9 first own-subnet']);
  assert.deepEqual([fixture.totals().noLease, fixture.totals().ownSubnet], [1, 1]);
});

test('what came before the first list was held, and recovered by it', () => {
  const fixture = resolverOnFake();
  fixture.miss('10.5.7.2');
  fixture.miss('10.5.9.1');
  fixture.miss('10.5.255.9');
  fixture.resolver.apply([lease(7)], true);
  fixture.settle();
  assert.deepEqual(journalOf(fixture).sort(), [
    '10.5.255.9 first held',
    '10.5.255.9 first own-subnet',
    '10.5.7.2 first held',
    '10.5.7.2 first recovered',
    '10.5.9.1 first held',
    '10.5.9.1 first no-lease',
  ]);
  assert.equal(new LatencyHistogram(fixture.memory.latencies).read().count, 0);
});

test('an answer that the kernel refuses is told with the errno, and does not count as answered', () => {
  const fixture = listed();
  const { kernel, misses, ifindex, settle } = fixture;
  kernel.miss(misses, ifindex, at('10.5.7.2'));
  // Gone before the answer is written: it alters entries that exist.
  kernel.neighbours.remove(ifindex, at('10.5.7.2'));
  settle();
  assert.deepEqual(journalOf(fixture), ['10.5.7.2 first refused ENOENT']);
  assert.deepEqual([fixture.totals().answered, fixture.totals().notTaken], [0, 1]);
});

test('of two answers to one address that the kernel refuses both are told', () => {
  const fixture = listed();
  const { kernel, misses, ifindex, settle } = fixture;
  kernel.miss(misses, ifindex, at('10.5.7.2'));
  kernel.miss(misses, ifindex, at('10.5.7.2'));
  kernel.neighbours.remove(ifindex, at('10.5.7.2'));
  settle();
  assert.deepEqual(
    journalOf(fixture),
    Array.from({ length: 2 }, () => '10.5.7.2 first refused ENOENT'),
  );
  assert.equal(fixture.totals().notTaken, 2);
});

test("somebody else's entry in use that asks leaves no trace in the next miss", () => {
  const fixture = listed();
  fixture.ask(fixture.put('10.5.9.9', NUD_PROBE, macOf(9), 0));
  fixture.pass(60_000);
  fixture.miss('10.5.7.2');
  const { readAt, latency } = new JournalReader(fixture.memory.journal).read(0) ?? {};
  assert.deepEqual([journalOf(fixture), readAt, latency], [['10.5.7.2 first answered'], 60_000, 0]);
});

test('what is held while an answer waits is told with that answer, and takes nothing from its latency', () => {
  const memory = recordingMemory(0);
  let now = 0;
  const recording = new Recording(memory, () => now);
  const reader = new JournalReader(memory.journal);
  recording.noteRead();
  recording.noteAnswer(at('10.5.7.2'), FIRST, ANSWERED, hostOf(7));
  recording.noteRead();
  recording.noteHeld(at('10.5.8.2'), FIRST);
  assert.equal(reader.head, 0, 'the answer is not written yet');
  now = 4;
  recording.noteWriting();
  recording.noteWritten();
  assert.equal(reader.head, 2);
  assert.deepEqual(
    [reader.read(0)?.readAt, reader.read(0)?.latency, reader.read(1)?.latency],
    [0, 4, undefined],
  );
});

test('neighbours that are new are counted as written, and those that were known are not', () => {
  const fixture = listed();
  const { kernel, misses, ifindex, settle, counters } = fixture;
  kernel.miss(misses, ifindex, at('10.5.7.2'));
  kernel.miss(misses, ifindex, at('10.5.7.2'));
  settle();
  fixture.miss('10.5.7.3');
  fixture.miss('10.5.9.9');
  assert.equal(counters.get('written'), 2);
});

test('misses are counted by remote subnet, also over a change of the lease', () => {
  const fixture = listed();
  fixture.resolver.apply([lease(8)], false);
  fixture.miss('10.5.7.2');
  fixture.miss('10.5.7.3');
  fixture.miss('10.5.8.1');
  fixture.resolver.apply([noLease(7)], false);
  fixture.resolver.apply([lease(7, macOf(70))], false);
  fixture.miss('10.5.7.4');
  fixture.miss('10.5.9.1');
  const counts = new SubnetCounts(fixture.memory.subnets);
  assert.deepEqual(
    counts.read().map(({ subnet, misses }) => `${formatPrefix(subnet)} ${misses}`),
    ['10.5.7.0/24 3', '10.5.8.0/24 1'],
  );
  assert.equal(counts.others, 0);
});
