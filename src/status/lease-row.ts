import { z } from 'zod';

/** One host's lease, as the mirror has it. */
export const leaseRowSchema = z.object({
  subnet: z.string(),
  /** The host's PublicIP. */
  owner: z.string(),
  /** Of its tunnel device; null where it runs another backend. */
  mac: z.string().nullable(),
  /** `vxlan`, or another one of flannel's, with which no packets are exchanged by the tunnel. */
  backend: z.string(),
  /** Null for a reservation, and where etcd did not say. */
  expiresAt: z.iso.datetime().nullable(),
  /** Neighbours of this host's device in the subnet, its gateway's included. */
  neighbours: z.int().nonnegative(),
  /** Misses since the daemon's start. */
  misses: z.int().nonnegative(),
});

export type LeaseRow = z.infer<typeof leaseRowSchema>;
