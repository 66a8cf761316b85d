import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRoundTrips } from '../../src/lab/ping.ts';

/** iputils 20221126: `ping -n -c 3 -i 0.2 -W 1 10.5.12.2`, its second packet lost. */
const OUTPUT = `PING 10.5.12.2 (10.5.12.2) 56(84) bytes of data.
64 bytes from 10.5.12.2: icmp_seq=1 ttl=62 time=0.660 ms
64 bytes from 10.5.12.2: icmp_seq=3 ttl=62 time=12.1 ms

--- 10.5.12.2 ping statistics ---
3 packets transmitted, 2 received, 33.3333% packet loss, time 408ms
rtt min/avg/max/mdev = 0.660/6.380/12.100/5.720 ms
`;

test('round trips stand in the order of sending, lost packets undefined', () => {
  assert.deepEqual(parseRoundTrips(OUTPUT, 3), [0.66, undefined, 12.1]);
});

test('of a packet that was answered twice the first answer counts', () => {
  const output = 'icmp_seq=1 ttl=62 time=1.5 ms\nicmp_seq=1 ttl=62 time=9.0 ms (DUP!)\n';
  assert.deepEqual(parseRoundTrips(output, 2), [1.5, undefined]);
});

test('errors and answers beyond the count are no round trips', () => {
  const output = 'From 10.5.11.1 icmp_seq=1 Destination Host Unreachable\nicmp_seq=7 ttl=62 time=1.0 ms\n';
  assert.deepEqual(parseRoundTrips(output, 2), [undefined, undefined]);
});
