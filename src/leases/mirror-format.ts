import { createHash } from 'node:crypto';
import { z } from 'zod';
import { describeError, Fault } from '../base/fault.ts';
import { formatIpv4, parseIpv4 } from '../net/ipv4.ts';
import { parseMac } from '../net/mac.ts';
import { formatPrefix } from '../net/prefix.ts';
import { LeaseFault } from './faults.ts';
import { judge, type Self } from './judge.ts';
import { type DatedCopy, type Here, type MirrorCopy, MirrorFileFault } from './mirror-copy.ts';
import { parseNetworkConfig } from './network-config.ts';
import type { StoredLease } from './store.ts';
import { formatSubnetKey, parseSubnetKey } from './subnet-key.ts';
import { describeRange, inRange } from './subnet-range.ts';

const FORMAT = 'l3missd mirror';
const VERSION = 1;

const anyHeader = z.looseObject({ format: z.literal(FORMAT), version: z.number() });
const revision = z.string().regex(/^\d{1,19}$/);
const factsLine = z.strictObject({
  prefix: z.string(),
  config: z.string(),
  own: z.strictObject({ subnet: z.string(), publicIp: z.string(), mac: z.string() }),
  revision,
  writtenAt: z.iso.datetime(),
});
const leaseLine = z.strictObject({ name: z.string(), modRevision: revision, value: z.string() });

type Facts = z.infer<typeof factsLine>;

/**
 * The bytes of a copy, lines of JSON: the first says what the file is and holds the checksum of the rest, the second
 * has everything but the leases, and each further one is a lease. `writtenAt` is wall clock in milliseconds.
 */
export function encodeMirrorCopy(copy: MirrorCopy, writtenAt: number): Buffer {
  const { subnet, publicIp, mac } = copy.own;
  const facts: Facts = {
    prefix: copy.prefix,
    config: copy.configText,
    own: { subnet: formatSubnetKey(subnet), publicIp: formatIpv4(publicIp), mac },
    revision: String(copy.revision),
    writtenAt: new Date(writtenAt).toISOString(),
  };
  const lines = copy.leases.map(({ name, modRevision, value }) =>
    JSON.stringify({ name, modRevision: String(modRevision), value }),
  );
  const payload = Buffer.from([JSON.stringify(facts), ...lines, ''].join('\n'));
  return Buffer.concat([Buffer.from(headerOf(payload)), payload]);
}

/**
 * Reads a copy back. Each lease must pass what the mirror asks of one, measured against the host that wrote the copy:
 * whether it still fits the device at hand is for the reader to judge.
 *
 * @param path the file's, for messages
 * @throws MirrorFileFault
 */
export function decodeMirrorCopy(bytes: Buffer, path: string, here: Here): DatedCopy {
  const [first = '', ...rest] = verifiedLines(bytes, path);
  try {
    const facts = factsLine.parse(JSON.parse(first));
    checkOrigin(facts, path, here);
    return {
      prefix: facts.prefix,
      configText: facts.config,
      revision: BigInt(facts.revision),
      writtenAt: Date.parse(facts.writtenAt),
      ...ownAndLeases(facts, rest),
    };
  } catch (error) {
    if (error instanceof MirrorFileFault) {
      throw error;
    }
    if (error instanceof Fault || error instanceof SyntaxError || error instanceof z.ZodError) {
      throw new MirrorFileFault('junk', path, describeError(error), 'nothing but valid leases', error);
    }
    throw error;
  }
}

/** The lines behind the first, when they are what was written. */
function verifiedLines(bytes: Buffer, path: string): string[] {
  const end = bytes.indexOf('\n') + 1;
  const header = bytes.toString('utf8', 0, end);
  const payload = bytes.subarray(end);
  if (header !== headerOf(payload)) {
    throw whyOther(header, path);
  }
  return payload.toString().split('\n').slice(0, -1);
}

/** The first line, with its line feed. */
function headerOf(payload: Buffer): string {
  const sha256 = createHash('sha256').update(payload).digest('hex');
  return `${JSON.stringify({ format: FORMAT, version: VERSION, sha256 })}\n`;
}

/** What is to be said of a first line that does not fit the rest. */
function whyOther(header: string, path: string): MirrorFileFault {
  try {
    const { version } = anyHeader.parse(JSON.parse(header));
    return version === VERSION
      ? new MirrorFileFault('damaged', path, 'its checksum does not fit', 'the bytes that were written')
      : new MirrorFileFault('other-version', path, `format version ${version}`, `version ${VERSION}`);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      const allowed = `one with the format "${FORMAT}"`;
      return new MirrorFileFault('foreign', path, 'its first line is not ours', allowed, error);
    }
    throw error;
  }
}

function checkOrigin({ prefix, own }: Facts, path: string, here: Here): void {
  if (prefix !== here.prefix) {
    throw new MirrorFileFault('other-prefix', path, `leases under ${prefix}`, `those under ${here.prefix}`);
  }
  const publicIp = formatIpv4(here.publicIp);
  if (own.publicIp !== publicIp) {
    throw new MirrorFileFault('other-host', path, `written for PublicIP ${own.publicIp}`, publicIp);
  }
}

function ownAndLeases(
  { prefix, config, own }: Facts,
  lines: readonly string[],
): Pick<MirrorCopy, 'own' | 'leases'> {
  const range = parseNetworkConfig(config, `${prefix}/config`);
  const subnet = parseSubnetKey(own.subnet);
  if (!inRange(range, subnet)) {
    throw new LeaseFault('own subnet', formatPrefix(subnet), describeRange(range));
  }
  const self = {
    network: range.network,
    subnet,
    publicIp: parseIpv4(own.publicIp),
    mac: parseMac(own.mac),
  };
  const leases = lines.map((line) => parseLease(line, prefix, self));
  if (new Set(leases.map(({ name }) => name)).size !== leases.length) {
    throw new LeaseFault('lease keys', 'one of them twice', 'each once');
  }
  return { own: { subnet, publicIp: self.publicIp, mac: self.mac }, leases };
}

function parseLease(line: string, prefix: string, self: Self): StoredLease {
  const { name, modRevision, value } = leaseLine.parse(JSON.parse(line));
  const key = `${prefix}/subnets/${name}`;
  const stored = { key, name, value, modRevision: BigInt(modRevision), leaseId: undefined };
  const verdict = judge(stored, self);
  if (verdict.kind !== 'lease') {
    const found = verdict.kind === 'junk' ? verdict.reason : `of kind ${verdict.kind}`;
    throw new LeaseFault(key, found, 'a lease of another host');
  }
  return stored;
}
