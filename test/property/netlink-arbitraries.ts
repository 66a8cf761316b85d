import fc from 'fast-check';
import { addressMessage } from '../../src/netlink/address/message.ts';
import type { UnknownAttribute } from '../../src/netlink/attributes.ts';
import { NLA_F_NESTED, NLA_F_NET_BYTEORDER } from '../../src/netlink/constants.ts';
import { linkMessage } from '../../src/netlink/link/message.ts';
import { type VxlanAttributes, vxlanAttributes } from '../../src/netlink/link/vxlan.ts';
import type { MessageCodec, Request } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { neighbourTableMessage } from '../../src/netlink/neighbour-table/message.ts';
import { netconfMessage } from '../../src/netlink/netconf/message.ts';
import { nftablesChainMessage } from '../../src/netlink/nftables-chain/message.ts';
import { routeMessage } from '../../src/netlink/route/message.ts';
import type { ValueCodec } from '../../src/netlink/values.ts';
import { ipv4, mac } from '../net/arbitraries.ts';

/** Plain objects, as decoders make them: fast-check mixes in some without a prototype. */
function record<T extends object>(rows: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(rows).map((values) => ({ ...values }));
}

export const u8 = fc.integer({ min: 0, max: 0xff });
export const u16 = fc.integer({ min: 0, max: 0xffff });
export const u32 = fc.integer({ min: 0, max: 0xffffffff });
export const i32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const bytes = fc.uint8Array({ maxLength: 21 });
const ipAddress = fc.oneof(ipv4, fc.uint8Array({ minLength: 16, maxLength: 16 }));
const macAddress = fc.oneof(mac, fc.uint8Array({ minLength: 7, maxLength: 20 }));
/** NUL ends a text, so it cannot stand in one. */
const text = fc.string({ unit: 'binary', maxLength: 20 }).map((one) => one.replaceAll('\0', ''));

/** No table knows attributes from 200 on; the flag bits belong to the type. */
const unknown: fc.Arbitrary<UnknownAttribute[]> = fc.array(
  record({
    type: fc
      .tuple(fc.integer({ min: 200, max: 0x3fff }), fc.constantFrom(0, NLA_F_NESTED, NLA_F_NET_BYTEORDER))
      .map(([type, flag]) => type | flag),
    value: bytes,
  }),
  { minLength: 1, maxLength: 3 },
);

/** Any of the attributes, each there or not. */
function some<T extends object>(rows: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record({ ...rows, unknown }, { requiredKeys: [], noNullPrototype: true });
}

const neighbourHeader = record({ family: u8, ifindex: i32, state: u16, flags: u8, type: u8 });
const neighbourAttributes = some({
  destination: ipAddress,
  linkLayerAddress: macAddress,
  cacheInfo: bytes,
  probes: u32,
  vlan: u16,
  port: u16,
  vni: u32,
  ifindex: u32,
  master: u32,
  protocol: u8,
  extendedFlags: u32,
});

const addressHeader = record({ family: u8, prefixLength: u8, flags: u8, scope: u8, ifindex: u32 });
const addressAttributes = some({ address: ipAddress, local: ipAddress, label: text, flags: u32 });

const routeHeader = record({
  family: u8,
  destinationLength: u8,
  sourceLength: u8,
  tos: u8,
  table: u8,
  protocol: u8,
  scope: u8,
  type: u8,
  flags: u32,
});
const routeAttributes = some({
  destination: ipAddress,
  outputInterface: u32,
  gateway: ipAddress,
  priority: u32,
  preferredSource: ipAddress,
  table: u32,
  metrics: some({ mtu: u32 }),
});

const linkHeader = record({ family: u8, type: u16, ifindex: i32, flags: u32, change: u32 });
const linkAttributes = some({
  linkLayerAddress: macAddress,
  name: text,
  mtu: u32,
  link: u32,
  master: u32,
  transmitQueueLength: u32,
  info: some({ kind: text, data: bytes }),
  afSpec: bytes,
});

const parameters = some({
  ifindex: u32,
  appProbes: u32,
  ucastProbes: u32,
  mcastProbes: u32,
  mcastReprobes: u32,
  delayProbeTime: u64,
  retransTime: u64,
});
const neighbourTableAttributes = some({
  name: text,
  threshold1: u32,
  threshold2: u32,
  threshold3: u32,
  parameters,
});

const chainHeader = record({ family: u8, version: u8, resource: u16 });
const chainAttributes = some({
  table: text,
  name: text,
  hook: some({ number: u32, priority: i32 }),
  policy: u32,
  type: text,
});

export const vxlan: fc.Arbitrary<VxlanAttributes> = some({
  id: u32,
  group: ipAddress,
  link: u32,
  local: ipAddress,
  ttl: u8,
  tos: u8,
  learning: u8,
  ageing: u32,
  limit: u32,
  port: u16,
  proxy: u8,
  rsc: u8,
  l2miss: u8,
  l3miss: u8,
  collectMetadata: u8,
  gbp: bytes,
});

export const vxlanTable: ValueCodec<VxlanAttributes> = vxlanAttributes;

/** One message family with any of its values, as properties want it: a request, and what must come back. */
export interface Family {
  readonly name: string;
  readonly values: fc.Arbitrary<{ readonly request: Request; readonly expected: unknown }>;
  decode(payload: Buffer): unknown;
}

function family<H, A>(
  name: string,
  codec: MessageCodec<H, A>,
  header: fc.Arbitrary<H>,
  attributes: fc.Arbitrary<A>,
): Family {
  return {
    name,
    values: record({ type: u16, flags: u16, header, attributes }).map((one) => ({
      request: codec.request(one.type, one.flags, one.header, one.attributes),
      expected: { header: one.header, attributes: one.attributes },
    })),
    decode: (payload) => codec.decode(payload),
  };
}

export const FAMILIES: readonly Family[] = [
  family('neighbour', neighbourMessage, neighbourHeader, neighbourAttributes),
  family('address', addressMessage, addressHeader, addressAttributes),
  family('route', routeMessage, routeHeader, routeAttributes),
  family('link', linkMessage, linkHeader, linkAttributes),
  family('neighbour table', neighbourTableMessage, record({ family: u8 }), neighbourTableAttributes),
  family('netconf', netconfMessage, record({ family: u8 }), some({ ifindex: i32, forwarding: i32 })),
  family('nftables chain', nftablesChainMessage, chainHeader, chainAttributes),
];
