import { formatIpv4, type Ipv4, isIpv4, parseIpv4 } from '../net/ipv4.ts';
import { type Mac, parseMac } from '../net/mac.ts';
import { LeaseFault } from './faults.ts';
import { describeJson, fieldOf, type GoObject, isRefused, parseGoObject, toGoObject } from './go-json.ts';
import type { HostIdentity } from './lease.ts';

/** flannel's name of the backend that we serve; leases carry it in exactly this spelling. */
const VXLAN = 'vxlan';

/** A lease's value, as far as it concerns us. An absent PublicIP reads as 0.0.0.0, as in flannel. */
export type LeaseValue =
  | { readonly kind: 'vxlan'; readonly publicIp: Ipv4; readonly mac: Mac; readonly vni: number | undefined }
  | { readonly kind: 'other'; readonly publicIp: Ipv4; readonly backendType: string };

/** Writes the value byte for byte as flannel does (pkg/lease/lease.go at v0.28.9: field order, the null PublicIPv6). */
export function encodeLeaseValue({ publicIp, vni, mac }: HostIdentity): string {
  return JSON.stringify({
    PublicIP: formatIpv4(publicIp),
    PublicIPv6: null,
    BackendType: VXLAN,
    BackendData: { VNI: vni, VtepMAC: mac },
  });
}

/**
 * Reads a value with flannel's tolerance: names in any case, unknown fields ignored, PublicIPv6 and VNI optional
 * (flannel before v0.9 wrote neither). A lease without BackendType, as udp and alloc write them, is of kind `none`.
 *
 * @throws LeaseFault naming the field
 */
export function decodeLeaseValue(text: string): LeaseValue {
  const value = parseGoObject(text);
  if (isRefused(value)) {
    throw new LeaseFault('lease value', value.refused, 'a JSON object with PublicIP and BackendData');
  }
  const publicIp = publicIpOf(value);
  const backendType = fieldOf(value, 'BackendType') ?? '';
  if (typeof backendType !== 'string') {
    throw new LeaseFault('lease value, BackendType', describeJson(backendType), 'a string such as "vxlan"');
  }
  if (backendType !== VXLAN) {
    return { kind: 'other', publicIp, backendType: backendType === '' ? 'none' : backendType };
  }
  return { kind: 'vxlan', publicIp, ...vxlanData(value) };
}

function publicIpOf(value: GoObject): Ipv4 {
  const text = fieldOf(value, 'PublicIP') ?? '0.0.0.0';
  if (typeof text !== 'string' || !isIpv4(text)) {
    throw new LeaseFault('lease value, PublicIP', describeJson(text), 'an IPv4 address such as "10.99.0.11"');
  }
  return parseIpv4(text);
}

function vxlanData(value: GoObject): { mac: Mac; vni: number | undefined } {
  const data = toGoObject(fieldOf(value, 'BackendData'));
  if (isRefused(data)) {
    throw new LeaseFault('lease value, BackendData', data.refused, 'an object with VtepMAC');
  }
  const vni = fieldOf(data, 'VNI');
  if (vni !== undefined && (typeof vni !== 'number' || !Number.isSafeInteger(vni))) {
    throw new LeaseFault('lease value, BackendData.VNI', describeJson(vni), 'a whole number');
  }
  return { mac: vtepMacOf(data), vni };
}

function vtepMacOf(data: GoObject): Mac {
  const text = fieldOf(data, 'VtepMAC');
  try {
    return parseMac(typeof text === 'string' ? text : describeJson(text));
  } catch (error) {
    throw new LeaseFault(
      'lease value, BackendData.VtepMAC',
      describeJson(text),
      'a MAC address such as "76:24:ad:f5:81:0a"',
      error,
    );
  }
}
