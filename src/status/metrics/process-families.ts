import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { counter, type Family, gauge, info, labelled } from './family.ts';

/**
 * The daemon as a process. prom-client's default metrics would wake an idle daemon a hundred times a second for those of
 * the event loop, and their names fail `promtool check metrics` (nodejs_active_handles_total is a gauge).
 */
export function processFamilies(): Family[] {
  return [
    info(
      'l3missd_build_info',
      '1: the versions of l3missd and of Node.',
      ['version', 'node'],
      ({ stats }) => ({ version: stats.version, node: process.versions.node }),
    ),
    info(
      'l3missd_programming_info',
      '1: when entries come into the kernel, see --programming.',
      ['mode'],
      ({ stats }) => ({ mode: stats.programming }),
    ),
    info(
      'l3missd_device_info',
      '1: the tunnel device.',
      ['device', 'mac', 'vni', 'port', 'mtu', 'local_address'],
      ({ stats: { device } }) =>
        device === null
          ? undefined
          : {
              device: device.name,
              mac: device.mac,
              vni: String(device.vni),
              port: String(device.port),
              mtu: String(device.mtu),
              local_address: device.localAddress,
            },
    ),
    gauge('l3missd_ready', '1 when every condition holds.', ({ stats }) => Number(stats.ready)),
    labelled(
      'gauge',
      ['l3missd_condition', 'condition'],
      'What must hold before the daemon is ready: 1 when it does.',
      ({ stats: { conditions } }) => ({
        device: Number(conditions.device),
        listed: Number(conditions.listed),
        'subnet-file': Number(conditions.subnetFile),
      }),
    ),
    ...systemFamilies(),
  ];
}

/** Names and meanings are those of all Prometheus clients (prometheus.io, Writing client libraries). */
function systemFamilies(): Family[] {
  return [
    counter('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    }),
    gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', () => process.memoryUsage.rss()),
    gauge(
      'process_start_time_seconds',
      'Start time of the process since unix epoch in seconds.',
      () => Math.round(performance.timeOrigin) / 1000,
    ),
    // One of them is that of the look.
    gauge(
      'process_open_fds',
      'Number of open file descriptors.',
      () => readdirSync('/proc/self/fd').length - 1,
    ),
    gauge('process_max_fds', 'Maximum number of open file descriptors.', mostDescriptors),
  ];
}

/** Undefined where there is no limit. */
function mostDescriptors(): number | undefined {
  const found = /^Max open files +(\d+) /m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return found === undefined ? undefined : Number(found);
}
