import { type AttributesOf, attribute, attributes, nested } from '../attributes.ts';
import {
  NDTA_NAME,
  NDTA_PARMS,
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
import { text, u32, u64 } from '../values.ts';

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

const rows = {
  name: attribute(NDTA_NAME, text),
  threshold1: attribute(NDTA_THRESH1, u32),
  threshold2: attribute(NDTA_THRESH2, u32),
  threshold3: attribute(NDTA_THRESH3, u32),
  parameters: nested(NDTA_PARMS, attributes('NDTA_PARMS', parameterRows)),
};

/** NDTA_* of neighbour tables; `parameters` are those of one interface, or the defaults without an ifindex. */
export const neighbourTableAttributes = attributes('neighbour table', rows);
export type NeighbourTableAttributes = AttributesOf<typeof rows>;
export type NeighbourParameters = AttributesOf<typeof parameterRows>;
