import { attribute, attributes, nested } from '../attributes.ts';
import {
  AF_INET,
  AF_INET6,
  IFLA_INET_CONF,
  IFLA_INET6_ADDR_GEN_MODE,
  IPV4_DEVCONF_FORWARDING,
} from '../constants.ts';
import { bytes, u8, u32, type ValueCodec } from '../values.ts';

/**
 * IFLA_INET_CONF is two things: the kernel reports an array of numbers, number i standing for IPV4_DEVCONF i+1, and
 * takes a nest whose types are IPV4_DEVCONF numbers (net/ipv4/devinet.c, inet_fill_link_af and inet_set_link_af).
 */
const inetReport = attributes('IFLA_AF_SPEC.AF_INET', { configuration: attribute(IFLA_INET_CONF, bytes) });

const inet6 = attributes('IFLA_AF_SPEC.AF_INET6', {
  addressGeneration: attribute(IFLA_INET6_ADDR_GEN_MODE, u8),
});

const inetRequest = attributes('IFLA_AF_SPEC.AF_INET', {
  configuration: nested(
    IFLA_INET_CONF,
    attributes('IFLA_INET_CONF', { forwarding: attribute(IPV4_DEVCONF_FORWARDING, u32) }),
  ),
});

/** IFLA_AF_SPEC as the kernel reports it. */
export const afSpecReport = attributes('IFLA_AF_SPEC', {
  inet: nested(AF_INET, inetReport),
  inet6: nested(AF_INET6, inet6),
});

/** IFLA_AF_SPEC as RTM_NEWLINK and RTM_SETLINK take it. */
export const afSpecRequest = attributes('IFLA_AF_SPEC', {
  inet: nested(AF_INET, inetRequest),
  inet6: nested(AF_INET6, inet6),
});

export type AfSpecReport = ReturnType<(typeof afSpecReport)['read']>;
export type AfSpecRequest = ReturnType<(typeof afSpecRequest)['read']>;

/** Whether IPv4 forwarding is on in a reported configuration; undefined when the report does not reach that far. */
export function reportedForwarding(spec: AfSpecReport | undefined): boolean | undefined {
  const configuration = spec?.inet?.configuration;
  const at = (IPV4_DEVCONF_FORWARDING - 1) * 4;
  if (configuration === undefined || configuration.length < at + 4) {
    return undefined;
  }
  return u32.read(Buffer.from(configuration), at, 4) !== 0;
}

/** The request's bytes, as link messages carry them. */
export function encodeAfSpec(spec: AfSpecRequest): Uint8Array {
  return encode(afSpecRequest, spec);
}

export function decodeAfSpec(value: Uint8Array | undefined): AfSpecReport | undefined {
  return value === undefined ? undefined : afSpecReport.read(Buffer.from(value), 0, value.length);
}

function encode<T>(codec: ValueCodec<T>, value: T): Uint8Array {
  const buffer = Buffer.alloc(codec.size(value));
  codec.write(buffer, 0, value);
  return buffer;
}
