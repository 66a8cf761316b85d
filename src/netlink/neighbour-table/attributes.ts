import { type AttributesOf, attribute, attributes, nested } from '../attributes.ts';
import {
  NDTA_CONFIG,
  NDTA_NAME,
  NDTA_PARMS,
  NDTA_STATS,
  NDTA_THRESH1,
  NDTA_THRESH2,
  NDTA_THRESH3,
  NDTPA_APP_PROBES,
  NDTPA_DELAY_PROBE_TIME,
  NDTPA_IFINDEX,
  NDTPA_MCAST_PROBES,
  NDTPA_MCAST_REPROBES,
  NDTPA_RETRANS_TIME,
  NDTPA_UCAST_PROBES,
} from '../constants.ts';
import { padding, struct, structValue } from '../struct.ts';
import { counter, text, u16, u32, u64 } from '../values.ts';

const parameterRows = {
  ifindex: attribute(NDTPA_IFINDEX, u32),
  appProbes: attribute(NDTPA_APP_PROBES, u32),
  ucastProbes: attribute(NDTPA_UCAST_PROBES, u32),
  mcastProbes: attribute(NDTPA_MCAST_PROBES, u32),
  mcastReprobes: attribute(NDTPA_MCAST_REPROBES, u32),
  /** Milliseconds, as all times of this table. */
  delayProbeTime: attribute(NDTPA_DELAY_PROBE_TIME, u64),
  retransTime: attribute(NDTPA_RETRANS_TIME, u64),
};

/** struct ndt_config (include/uapi/linux/neighbour.h), of which only the number of entries is read. */
const configuration = struct('ndt_config', {
  keyLength: u16,
  entrySize: u16,
  entries: u32,
  rest: padding(24),
});

/** struct ndt_stats. All since the machine's start. */
const statistics = struct('ndt_stats', {
  allocations: counter,
  destroyed: counter,
  hashGrows: counter,
  resolutionsFailed: counter,
  lookups: counter,
  hits: counter,
  multicastProbes: counter,
  unicastProbes: counter,
  periodicCollections: counter,
  forcedCollections: counter,
  /** Entries that were refused because the table was full. */
  tableFulls: counter,
});

const rows = {
  name: attribute(NDTA_NAME, text),
  threshold1: attribute(NDTA_THRESH1, u32),
  threshold2: attribute(NDTA_THRESH2, u32),
  threshold3: attribute(NDTA_THRESH3, u32),
  configuration: attribute(NDTA_CONFIG, structValue(configuration)),
  statistics: attribute(NDTA_STATS, structValue(statistics)),
  parameters: nested(NDTA_PARMS, attributes('NDTA_PARMS', parameterRows)),
};

/** NDTA_* of neighbour tables; `parameters` are those of one interface, or the defaults without an ifindex. */
export const neighbourTableAttributes = attributes('neighbour table', rows);
export type NeighbourTableAttributes = AttributesOf<typeof rows>;
export type NeighbourParameters = AttributesOf<typeof parameterRows>;
