import { z } from 'zod';
import { MODE_NAMES } from '../overlay/modes.ts';

const count = z.int().nonnegative();
const counts = z.record(z.string(), count);

/** What must hold before the daemon is ready. */
const conditionsSchema = z.object({
  /** The device is up, with its address and route. */
  device: z.boolean(),
  /** The first complete list of leases is applied. */
  listed: z.boolean(),
  /** The subnet file is written. */
  subnetFile: z.boolean(),
});

const deviceSchema = z.object({
  name: z.string(),
  ifindex: z.int().positive(),
  mac: z.string(),
  mtu: z.int().positive(),
  vni: count,
  port: count,
  localAddress: z.string(),
});

const leaseSchema = z.object({
  subnet: z.string(),
  publicIp: z.string(),
  /** Null for a lease without an end (a reservation). */
  expiresAt: z.iso.datetime().nullable(),
  renewals: count,
  /** How often the key vanished and was claimed again. */
  reclaims: count,
});

const mirrorSchema = z.object({
  listed: z.boolean(),
  /** etcd's revision, 64 bits wide, hence a text. */
  revision: z.string(),
  remote: count,
  otherBackend: count,
  junk: count,
  /** How often the leases were listed again, by reason. */
  relists: counts,
  /** Removals that wait because they are doubted, until when (null: none is running), and how often that began. */
  heldRemovals: z.object({ waiting: count, until: z.iso.datetime().nullable(), begun: count }),
  /** The copy on disk: when this process wrote it last, and why the last attempt failed. */
  copy: z.object({
    writtenAt: z.iso.datetime().nullable(),
    writes: count,
    failures: count,
    failing: z.string().nullable(),
  }),
  /** The copy that the daemon goes by because etcd is away. Null as a rule. */
  standIn: z.object({ writtenAt: z.iso.datetime(), leases: count }).nullable(),
});

const missesSchema = z.object({
  answered: count,
  /** Asked again before the answer was there: answered once more. */
  alreadyAnswered: count,
  /** Entries in PROBE that were made PERMANENT again. */
  refreshed: count,
  /** Answered negatively: no lease covers the address. */
  noLease: count,
  /** The same, in this host's own subnet. */
  ownSubnet: count,
  /** Left waiting because no complete list of leases was there. */
  held: count,
  /** Found waiting in a dump of the table and answered then. */
  recovered: count,
  /** The kernel refused the answer; `refused` tells why. */
  notTaken: count,
  /** How often the kernel dropped notifications (ENOBUFS). */
  overruns: count,
  /** Entries that waited because of that, found in a dump and answered, negatively where no lease covers them. */
  overrunsRecovered: count,
  /** Messages on the miss socket that could not be read. */
  malformed: count,
  /** Requests that the kernel refused, by errno name. */
  refused: counts,
});

/** Of `--fdb on-demand`: frames that the kernel had no forwarding entry for. The kernel tells of each, the agent hears some. */
const l2MissesSchema = z.object({
  /** The entry was written, because a lease names the MAC. */
  repaired: count,
  /** No lease names the MAC. */
  unknown: count,
  /** The kernel refused the entry. */
  notTaken: count,
  /** How often the kernel dropped notifications: as intended, when they are many. */
  overruns: count,
});

/** The snapshot that the control socket serves and `l3missd stats --json` prints. */
export const statsSchema = z.object({
  version: z.string(),
  pid: z.int().positive(),
  startedAt: z.iso.datetime(),
  uptimeSeconds: z.number().nonnegative(),
  /** See `--programming`. */
  programming: z.enum(MODE_NAMES),
  ready: z.boolean(),
  conditions: conditionsSchema,
  /** Null until the device stands. */
  device: deviceSchema.nullable(),
  /** Null until the first claim succeeded. */
  lease: leaseSchema.nullable(),
  mirror: mirrorSchema,
  /** Of remote subnets: how many have a route of their own, and what was written. */
  routes: z.object({ subnets: count, written: count, removed: count, failed: count }),
  forwarding: z.object({ entries: count, written: count, removed: count, failed: count }),
  misses: missesSchema,
  l2Misses: l2MissesSchema,
  neighbours: z.object({
    /** In the agent's care now. */
    installed: count,
    /** New ones that were written because the kernel asked for them, since the start. */
    written: count,
    rewritten: count,
    removed: count,
    adopted: count,
    /** Removed, added or altered by somebody else, and put right. */
    mended: count,
    /** Gone because nobody used them. */
    expired: count,
    /** Gone because there were too many; idle at that moment. */
    evictedIdle: count,
    /** Gone because there were too many, although they may have been in use. */
    evictedUnderPressure: count,
  }),
});

export type Stats = z.infer<typeof statsSchema>;
export type Conditions = Stats['conditions'];

/** The conditions that do not hold, in words for people: empty when the daemon is ready. */
export function missingConditions(conditions: Conditions): string[] {
  return [
    ...(conditions.device ? [] : ['the device or its route is not up']),
    ...(conditions.listed ? [] : ['the leases are not listed']),
    ...(conditions.subnetFile ? [] : ['the subnet file is not written']),
  ];
}
