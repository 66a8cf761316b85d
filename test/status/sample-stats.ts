import type { Stats } from '../../src/status/stats.ts';

/** A daemon in the middle of its work. */
export const sampleStats: Stats = {
  version: '0.1.0',
  pid: 4711,
  startedAt: '2026-05-04T08:00:00.000Z',
  uptimeSeconds: 11_525.5,
  ready: true,
  conditions: { device: true, listed: true, subnetFile: true },
  device: {
    name: 'flannel.1',
    ifindex: 7,
    mac: '76:24:ad:f5:81:0a',
    mtu: 1450,
    vni: 1,
    port: 8472,
    localAddress: '10.99.0.11',
  },
  lease: {
    subnet: '10.5.7.0/24',
    publicIp: '10.99.0.11',
    expiresAt: '2026-05-05T08:00:00.000Z',
    renewals: 0,
    reclaims: 1,
  },
  mirror: {
    listed: true,
    revision: '18446744073709551615',
    remote: 12,
    otherBackend: 1,
    junk: 2,
    relists: { disconnected: 1, compacted: 3 },
    heldRemovals: { waiting: 5, until: '2026-05-04T08:01:00.000Z', begun: 1 },
  },
  forwarding: { entries: 12, written: 14, removed: 2, failed: 0 },
  misses: {
    answered: 15_203,
    refreshed: 310,
    noLease: 2,
    held: 0,
    recovered: 0,
    overruns: 1,
    malformed: 0,
    refused: { ENOBUFS: 3 },
  },
  neighbours: {
    installed: 15_201,
    rewritten: 3,
    removed: 10,
    adopted: 2,
    mended: 1,
    expired: 400,
    evictedIdle: 7,
    evictedUnderPressure: 0,
  },
};

/** One that has only just begun. */
export const earlyStats: Stats = {
  ...sampleStats,
  uptimeSeconds: 0.2,
  ready: false,
  conditions: { device: false, listed: false, subnetFile: false },
  device: null,
  lease: null,
  mirror: {
    listed: false,
    revision: '0',
    remote: 0,
    otherBackend: 0,
    junk: 0,
    relists: {},
    heldRemovals: { waiting: 0, until: null, begun: 0 },
  },
  misses: { ...sampleStats.misses, refused: {} },
};
