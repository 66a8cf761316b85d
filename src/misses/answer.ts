import type { Ipv4 } from '../net/ipv4.ts';
import { macFromBytes } from '../net/mac.ts';
import {
  AF_INET,
  NLM_F_ACK,
  NLM_F_REPLACE,
  NLM_F_REQUEST,
  NLMSG_NOOP,
  NUD_PERMANENT,
  RTM_DELNEIGH,
  RTM_NEWNEIGH,
  RTN_UNICAST,
} from '../netlink/constants.ts';
import { encodeMessage } from '../netlink/message.ts';
import { neighbourMessage } from '../netlink/neighbour/message.ts';
import { u16, u32 } from '../netlink/values.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';

/** A message that is written again and again with only its address (and MAC) changed, in place. */
export interface AnswerTemplate {
  readonly bytes: Buffer;
  readonly destinationAt: number;
  /** -1 in a message without a MAC. */
  readonly macAt: number;
}

/** Offsets of nlmsg_flags and nlmsg_seq in a message. */
const FLAGS_AT = 6;
const SEQUENCE_AT = 8;

/** Stand for the two places while the template is made; every byte differs, so that each place is found. */
const PLACE_ADDRESS = 0x01234567;
const PLACE_MAC = Uint8Array.of(0x02, 0x89, 0xab, 0xcd, 0xef, 0x10);

/**
 * `This address is that host's`: PERMANENT with our mark. Without NLM_F_CREATE, since the entry that asked exists, and
 * one that was given up meanwhile must not rise again; with NLM_F_REPLACE, without which the kernel ignores another
 * MAC silently (net/core/neighbour.c, neigh_add).
 */
export function resolvedTemplate(ifindex: number): AnswerTemplate {
  return template(
    neighbourMessage.request(
      RTM_NEWNEIGH,
      NLM_F_REPLACE,
      { family: AF_INET, ifindex, state: NUD_PERMANENT, type: RTN_UNICAST },
      { destination: PLACE_ADDRESS, linkLayerAddress: macFromBytes(PLACE_MAC), protocol: OWN_PROTOCOL },
    ),
  );
}

/** `Nobody has this address`: the waiting packets fail with EHOSTUNREACH, and nothing is left in the table. */
export function absentTemplate(ifindex: number): AnswerTemplate {
  return template(
    neighbourMessage.request(RTM_DELNEIGH, 0, { family: AF_INET, ifindex }, { destination: PLACE_ADDRESS }),
  );
}

/** A message that does nothing but make the kernel answer, which ends a blocking read of the same socket. */
export function pokeMessage(sequence: number): Buffer {
  return encodeMessage(
    { type: NLMSG_NOOP, flags: NLM_F_REQUEST | NLM_F_ACK, size: 0, write: () => undefined },
    sequence,
  );
}

/** Puts an address, and a MAC where there is one, into the copy of a template that begins at `at`. */
export function fill(
  buffer: Buffer,
  at: number,
  template: AnswerTemplate,
  destination: Ipv4,
  mac: Uint8Array | undefined,
): void {
  buffer.writeUInt32BE(destination, at + template.destinationAt);
  if (mac !== undefined) {
    buffer.set(mac, at + template.macAt);
  }
}

/** Makes the message at `at` ask for an acknowledgement with that sequence number. */
export function askForAcknowledgement(buffer: Buffer, at: number, sequence: number): void {
  u16.write(buffer, at + FLAGS_AT, u16.read(buffer, at + FLAGS_AT, 2) | NLM_F_ACK);
  u32.write(buffer, at + SEQUENCE_AT, sequence);
}

function template(request: Parameters<typeof encodeMessage>[0]): AnswerTemplate {
  const bytes = encodeMessage(request, 0, NLM_F_REQUEST);
  const place = Buffer.alloc(4);
  place.writeUInt32BE(PLACE_ADDRESS);
  // From the end, because an interface number before the attributes may have the same bytes.
  return { bytes, destinationAt: bytes.lastIndexOf(place), macAt: bytes.lastIndexOf(PLACE_MAC) };
}
