import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LeaseTable } from '../../src/leases/lease-table.ts';
import { encodeLeaseValue } from '../../src/leases/lease-value.ts';
import {
  type Here,
  type MirrorCopy,
  MirrorFileFault,
  type MirrorFileProblem,
  toStored,
} from '../../src/leases/mirror-copy.ts';
import { decodeMirrorCopy, encodeMirrorCopy } from '../../src/leases/mirror-format.ts';
import type { StoredLease } from '../../src/leases/store.ts';
import { macFromBytes } from '../../src/net/mac.ts';
import { hostIdentity, self, stored, valueOfHost } from '../support/lease-samples.ts';
import { PREFIX } from '../support/memory-store.ts';
import {
  copyWith,
  here,
  largeCopy,
  leaseOfHost,
  resealed,
  sample,
  WRITTEN_AT,
} from '../support/mirror-copies.ts';

const PATH = '/run/l3missd/mirror';
const bytes = encodeMirrorCopy(sample, WRITTEN_AT);

const decode = (from: Buffer, at: Here = here) => decodeMirrorCopy(from, PATH, at);

/** The fault that decoding ends with. */
function faultOf(from: Buffer, at?: Here): MirrorFileFault {
  try {
    decode(from, at);
  } catch (error) {
    assert.ok(error instanceof MirrorFileFault, String(error));
    assert.ok(error.message.startsWith(`${PATH}: `) && !error.message.includes('\n'), error.message);
    return error;
  }
  assert.fail('the copy was taken');
}

/** Leases of hosts other than 1, on any /24 of the network but 10.5.1.0/24, also with fields that nobody knows. */
const leases: fc.Arbitrary<StoredLease[]> = fc.uniqueArray(
  fc
    .record({
      third: fc.integer({ min: 2, max: 255 }),
      publicIp: fc.integer({ min: 0x0b00_0000, max: 0xdfff_ffff }).filter((ip) => ip >>> 24 !== 127),
      mac: fc.uint8Array({ minLength: 6, maxLength: 6 }),
      extra: fc.string({ unit: 'binary' }),
      modRevision: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }),
    })
    .map(({ third, publicIp, mac, extra, modRevision }) => {
      mac[0] = 0x12;
      const known = encodeLeaseValue({ publicIp, mac: macFromBytes(mac), vni: 1 });
      const value = known.replace(/\}$/, () => `,"Extra":${JSON.stringify(extra)}}`);
      return stored(`10.5.${third}.0-24`, value, modRevision);
    }),
  { selector: ({ name }) => name },
);

describe('the copy of the mirror as bytes', () => {
  it('reads back as what was written, under any prefix and with any text in the values', () => {
    const prefix = fc.string({ unit: 'grapheme' }).map((text) => `/${text.replace(/\/+$/, '')}`);
    const revision = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
    const writtenAt = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(leases, prefix, revision, writtenAt, (drawn, base, at, wall) => {
        const copied = drawn.map((lease) => ({ ...lease, key: `${base}/subnets/${lease.name}` }));
        const copy: MirrorCopy = { ...copyWith(copied), prefix: base, revision: at };
        const read = decode(encodeMirrorCopy(copy, wall), { ...here, prefix: base });
        assert.deepEqual(read, { ...copy, writtenAt: wall });
      }),
    );
  });

  it('is a line of JSON per lease, which a person can read', () => {
    const [header, facts, first, ...rest] = bytes.toString().split('\n');
    assert.match(header ?? '', /^\{"format":"l3missd mirror","version":1,"sha256":"[0-9a-f]{64}"\}$/);
    assert.deepEqual(JSON.parse(facts ?? ''), {
      prefix: PREFIX,
      config: sample.configText,
      own: { subnet: '10.5.1.0-24', publicIp: '10.99.0.1', mac: '02:00:00:00:00:01' },
      revision: '100',
      writtenAt: '2026-01-01T00:00:00.000Z',
    });
    assert.deepEqual(JSON.parse(first ?? ''), {
      name: '10.5.2.0-24',
      modRevision: '2',
      value: valueOfHost(2),
    });
    assert.equal(rest.length, 3);
  });

  it('makes the same table of leases again', () => {
    const table = new LeaseTable(self);
    const renewed = { ...leaseOfHost(2), modRevision: 9n };
    const junk = stored('10.5.5.0-24', '{');
    const own = stored('10.5.1.0-24', valueOfHost(1));
    const all = [leaseOfHost(2), leaseOfHost(3), leaseOfHost(4), leaseOfHost(6), junk, own];
    table.apply(new Map(all.map((entry) => [entry.name, entry])));
    table.apply(
      new Map([
        ['10.5.2.0-24', renewed],
        ['10.5.3.0-24', undefined],
        ['10.5.6.0-24', stored('10.5.6.0-24', 'overwritten')],
      ]),
    );
    const copied = Array.from(table.leases(), (lease) => toStored(lease, 1));
    assert.deepEqual(copied, [renewed, leaseOfHost(4)]);
    const again = new LeaseTable(self);
    const { leases: read } = decode(encodeMirrorCopy(copyWith(copied), WRITTEN_AT));
    again.apply(new Map(read.map((entry) => [entry.name, entry])));
    assert.deepEqual(Array.from(again.leases()), Array.from(table.leases()));
  });

  it('takes 10,000 leases in a small part of a second', (t) => {
    const copy = largeCopy(10_000);
    const begun = performance.now();
    const encoded = encodeMirrorCopy(copy, WRITTEN_AT);
    const written = performance.now();
    assert.equal(decode(encoded).leases.length, 10_000);
    const times = { encode: written - begun, decode: performance.now() - written };
    t.diagnostic(`${encoded.length} bytes, ms: ${JSON.stringify(times)}`);
    assert.ok(times.encode < 500, `encoded in ${times.encode} ms`);
    assert.ok(times.decode < 2000, `decoded in ${times.decode} ms`);
  });
});

describe('a copy of the mirror that is not whole', () => {
  it('is refused when cut off at any byte', () => {
    for (let length = 0; length < bytes.length; length++) {
      assert.match(faultOf(bytes.subarray(0, length)).problem, /^(foreign|damaged)$/);
    }
  });

  it('is refused when bytes were changed, lost or added anywhere', () => {
    const headerEnd = bytes.indexOf('\n');
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      drop: fc.nat(8),
      put: fc.uint8Array({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(change, ({ at, drop, put }) => {
        const changed = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)]);
        fc.pre(!changed.equals(bytes));
        // The version is a digit that may become another.
        const allowed = at > headerEnd ? /^damaged$/ : /^(foreign|damaged|other-version)$/;
        assert.match(faultOf(changed).problem, allowed);
      }),
      { numRuns: 3000 },
    );
  });

  it('is refused when it is any other file', () => {
    for (const text of ['', '\n', '{}\n', 'FLANNEL_MTU=1450\n', `${'x'.repeat(10_000)}\n{}\n`]) {
      assert.equal(faultOf(Buffer.from(text)).problem, 'foreign', JSON.stringify(text.slice(0, 20)));
    }
  });
});

/** What is wrong with a copy whose checksum fits: edited in its text, or read elsewhere. */
const refusals: [what: string, edit: (payload: string) => string, problem: MirrorFileProblem, RegExp][] = [
  ['another prefix', (text) => text.replace(PREFIX, '/other'), 'other-prefix', /under \/other; .*coreos/],
  [
    'another PublicIP',
    (text) => text.replace('"publicIp":"10.99.0.1"', '"publicIp":"10.99.0.9"'),
    'other-host',
    /PublicIP 10\.99\.0\.9; allowed: 10\.99\.0\.1/,
  ],
  ['no facts', () => '\n', 'junk', /JSON/],
  ['a fact that is missing', (text) => text.replace(/"writtenAt":"[^"]*"/, '"a":1'), 'junk', /writtenAt/],
  ['a time that is none', (text) => text.replace('2026-01-01', '2026-13-01'), 'junk', /writtenAt/],
  ['a revision that is none', (text) => text.replace('"100"', '"-1"'), 'junk', /revision/],
  ['a config that is none', (text) => text.replace('10.5.0.0/16', '10.5.0.0/33'), 'junk', /config: Network/],
  ['a subnet out of range', (text) => text.replace('10.5.1.0-24', '10.6.1.0-24'), 'junk', /own subnet/],
  ['a MAC that is none', (text) => text.replace('"02:00:00:00:00:01"', '"02"'), 'junk', /MAC address/],
  [
    'a value that is none',
    (text) => text.replace('vxlan\\",\\"', 'vxlan\\",'),
    'junk',
    /10\.5\.2\.0-24.*JSON/,
  ],
  [
    'a lease of another backend',
    (text) => text.replace(/(BackendType.*?)vxlan/, '$1udp'),
    'junk',
    /other-backend/,
  ],
  ['our own lease', (text) => text.replace('10.5.2.0-24', '10.5.1.0-24'), 'junk', /of kind own/],
  ['a lease that is junk', (text) => text.replace('"10.5.3.0-24', '"10.9.3.0-24'), 'junk', /outside the net/],
  ['a lease with our MAC', (text) => text.replace(/0:03/, '0:01'), 'junk', /VtepMAC .* is our own/],
  ['a lease without revision', (text) => text.replace('"modRevision":"3",', ''), 'junk', /modRevision/],
  ['a lease twice', (text) => text.replace('10.5.3.0-24', '10.5.2.0-24'), 'junk', /one of them twice/],
  ['a line that is no lease', (text) => `${text}[]\n`, 'junk', /object/],
];

describe('a copy of the mirror with a checksum that fits', () => {
  for (const [what, edit, problem, message] of refusals) {
    it(`is refused with ${what}`, () => {
      const edited = resealed(bytes, edit);
      assert.notDeepEqual(edited, bytes);
      const fault = faultOf(edited);
      assert.equal(fault.problem, problem);
      assert.match(fault.message, message);
    });
  }

  it('is refused in another version, whatever else that has', () => {
    const later = '{"format":"l3missd mirror","version":2,"crc":1}\nanything';
    assert.equal(faultOf(Buffer.from(later)).problem, 'other-version');
  });

  it('is refused by a host that has another PublicIP', () => {
    const elsewhere = { ...here, publicIp: hostIdentity(2).publicIp };
    assert.equal(faultOf(bytes, elsewhere).problem, 'other-host');
  });
});
