import { z } from 'zod';
import { confinedTo } from '../../src/lab/confined.ts';
import type { Daemon } from '../../src/lab/daemon.ts';
import type { Host } from '../../src/lab/host.ts';
import { plannedMac } from '../../src/lab/planned-leases.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import type { Scene } from './scene.ts';

/** Somebody who answers the misses of a host while work is done there. */
export interface Side {
  readonly name: string;
  readonly host: Host;
  /** Does the work with the side answering and its table empty at first. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** A daemon, and where it answers. */
export interface DaemonOfHost {
  readonly name: string;
  readonly host: Host;
  readonly daemon: Daemon;
}

/**
 * The daemon runs all the time, as it does in life; it has nothing to do while others answer on their host.
 *
 * @param of that of the daemon's host unless told
 */
export function daemonSide(scene: Scene, of?: DaemonOfHost): Side {
  const host = of?.host ?? scene.daemonHost;
  const { name, daemon } = of ?? { name: 'l3missd', daemon: host.daemon };
  return {
    name,
    host,
    during: async (work) => {
      await quiet(daemon);
      await scene.flush(host);
      // The daemon hears of each entry that is gone.
      await quiet(daemon);
      return work();
    },
  };
}

/** Waits until the daemon has dealt with everything that it was asked. */
async function quiet(daemon: Daemon): Promise<void> {
  let before = '';
  const standsStill = async () => {
    const { misses, neighbours } = await daemon.statistics();
    const now = JSON.stringify({ misses, neighbours });
    const same = now === before;
    before = now;
    return same;
  };
  await waitUntil('a daemon at rest', standsStill, { timeout: 60_000, interval: 100 });
}

const begun = z.object({ receiveBytes: z.int() });

/** A C program that answers everything with one MAC, `batch` answers in a write at most. */
export function yardstickSide(scene: Scene, batch: 1 | 64): Side {
  const host = scene.yardstickHost;
  const { yardstick } = scene.programs;
  const confined = confinedTo(scene.placement.agent);
  return {
    name: batch === 1 ? 'C, one message' : 'C, batched',
    host,
    during: async (work) => {
      await scene.flush(host);
      const command = [...confined, yardstick, 'flannel.1', plannedMac(0), String(batch)];
      const { process, output } = await scene.start(host.namespace, 'yardstick', command);
      scene.receiveBytes = begun.parse(JSON.parse(output()[0] ?? '{}')).receiveBytes;
      try {
        return await work();
      } finally {
        await process.stop();
      }
    },
  };
}
