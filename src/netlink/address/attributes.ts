import { type AttributesOf, attribute, attributes } from '../attributes.ts';
import { IFA_ADDRESS, IFA_FLAGS, IFA_LABEL, IFA_LOCAL, IFA_PROTO } from '../constants.ts';
import { ipAddress, text, u8, u32 } from '../values.ts';

const rows = {
  /** The peer's address on point-to-point interfaces, else the same as `local`. */
  address: attribute(IFA_ADDRESS, ipAddress),
  local: attribute(IFA_LOCAL, ipAddress),
  label: attribute(IFA_LABEL, text),
  flags: attribute(IFA_FLAGS, u32),
  /** Who made it; Linux 5.18 and later. */
  protocol: attribute(IFA_PROTO, u8),
};

/** IFA_* of interface addresses. */
export const addressAttributes = attributes('address', rows);
export type AddressAttributes = AttributesOf<typeof rows>;
