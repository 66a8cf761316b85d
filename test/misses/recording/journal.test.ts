import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Journal } from '../../../src/misses/recording/journal.ts';
import { journalMemory, NO_LATENCY, UNWRITTEN } from '../../../src/misses/recording/journal-layout.ts';
import { JournalReader } from '../../../src/misses/recording/journal-reader.ts';
import { LatencyHistogram } from '../../../src/misses/recording/latency-histogram.ts';
import {
  ANSWERED,
  endingOf,
  FIRST,
  L2,
  L3,
  NO_LEASE_FOUND,
  REFUSED,
} from '../../../src/misses/recording/outcomes.ts';
import { RemoteHost } from '../../../src/misses/remote-host.ts';
import { parseIpv4 } from '../../../src/net/ipv4.ts';
import { parseMac } from '../../../src/net/mac.ts';
import { parsePrefix } from '../../../src/net/prefix.ts';

const RECORDS = 16;
const READABLE = 12;
const FIRST_ANSWER = endingOf(L3, FIRST, ANSWERED);
const HOST = new RemoteHost(
  { subnet: parsePrefix('200.5.7.0/24'), endpoint: parseIpv4('192.0.2.7') },
  parseMac('fe:ff:00:12:80:9a'),
);

function journal() {
  const memory = journalMemory(RECORDS);
  return { memory, writer: new Journal(memory), reader: new JournalReader(memory) };
}

test('a record comes back as it was written', () => {
  const { writer, reader } = journal();
  writer.add(Float64Array.of(5), UNWRITTEN, parseIpv4('200.5.7.9') | 0, FIRST_ANSWER, HOST);
  writer.noteWritten(0, Float64Array.of(12.25, 12.75), new LatencyHistogram());
  writer.publish();
  assert.deepEqual(reader.read(0), {
    number: 0,
    kind: 'L3',
    phase: 'first',
    outcome: 'answered',
    readAt: 12.25,
    destination: parseIpv4('200.5.7.9'),
    subnet: HOST.subnet,
    endpoint: parseIpv4('192.0.2.7'),
    mac: Buffer.from('feff0012809a', 'hex'),
    latency: 0.5,
    errno: undefined,
  });
});

test('without a lease there is no host, and nothing of the record before is left', () => {
  const { writer, reader } = journal();
  const answer = (host: RemoteHost | undefined) =>
    writer.add(Float64Array.of(1), NO_LATENCY, 9, endingOf(L3, FIRST, NO_LEASE_FOUND), host);
  for (let number = 0; number < RECORDS; number++) {
    answer(HOST);
  }
  answer(undefined);
  writer.publish();
  const { subnet, endpoint, mac, latency } = reader.read(RECORDS) ?? {};
  assert.deepEqual([subnet, endpoint, mac, latency], [undefined, undefined, undefined, undefined]);
});

test('an L2 miss tells the MAC, and where it is', () => {
  const { writer, reader } = journal();
  writer.addFrame(Float64Array.of(3), HOST.mac, endingOf(L2, FIRST, ANSWERED), parseIpv4('192.0.2.7'));
  writer.publish();
  const { kind, destination, mac, endpoint, readAt } = reader.read(0) ?? {};
  assert.deepEqual([kind, destination, mac?.[5], endpoint, readAt], ['L2', undefined, 0x9a, 0xc0000207, 3]);
});

test('what is not published cannot be seen, and what is overwritten is left out', () => {
  const { writer, reader } = journal();
  for (let number = 0; number < 2 * RECORDS; number++) {
    writer.add(Float64Array.of(number), NO_LATENCY, number, FIRST_ANSWER, HOST);
  }
  assert.equal(reader.head, 0);
  writer.publish();
  assert.equal(reader.head, 2 * RECORDS);
  assert.equal(reader.oldestFrom(0), 2 * RECORDS - READABLE);
  assert.equal(reader.oldestFrom(2 * RECORDS - 3), 2 * RECORDS - 3);
  assert.equal(reader.read(RECORDS), undefined);
  assert.equal(reader.read(2 * RECORDS - READABLE)?.destination, 2 * RECORDS - READABLE);
});

test('a refusal changes the latest record of its address, unless that is too old', () => {
  const { writer, reader } = journal();
  const add = (at: number, address: number) =>
    writer.add(Float64Array.of(at), NO_LATENCY, address, FIRST_ANSWER, HOST);
  add(10, 1);
  add(20, 1);
  add(30, 2);
  assert.deepEqual(
    [writer.latestOf(1, 0), writer.latestOf(1, 25), writer.latestOf(3, 0)],
    [1, undefined, undefined],
  );
  writer.amend(1, endingOf(L3, FIRST, REFUSED), 2);
  writer.publish();
  const { outcome, errno, subnet } = reader.read(1) ?? {};
  assert.deepEqual([outcome, errno, subnet], ['refused', 'ENOENT', HOST.subnet]);
  assert.equal(reader.read(0)?.outcome, 'answered');
});

test('a successor goes on where the writer before it ended', () => {
  const { memory, writer, reader } = journal();
  writer.add(Float64Array.of(1), NO_LATENCY, 1, FIRST_ANSWER, HOST);
  writer.publish();
  const successor = new Journal(memory);
  successor.add(Float64Array.of(2), NO_LATENCY, 2, FIRST_ANSWER, HOST);
  successor.publish();
  assert.deepEqual([reader.head, reader.read(0)?.destination, reader.read(1)?.destination], [2, 1, 2]);
});
