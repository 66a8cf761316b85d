import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { readVersion } from '../../src/agent/version.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { Counters } from '../../src/misses/counters.ts';
import { ANSWERED, FIRST, NO_LEASE_FOUND } from '../../src/misses/recording/outcomes.ts';
import { Recording } from '../../src/misses/recording/recording.ts';
import { recordingMemory } from '../../src/misses/recording/recording-memory.ts';
import { RemoteHost } from '../../src/misses/remote-host.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import { prefixOf } from '../../src/net/prefix.ts';
import { json } from '../../src/status/answers.ts';
import { statusRoutes } from '../../src/status/api.ts';
import { startControlServer } from '../../src/status/control-server.ts';
import type { Routes } from '../../src/status/http-server.ts';
import { Observer } from '../../src/status/observer.ts';
import { DOCTOR_PATH } from '../../src/status/paths.ts';
import { sampleStats } from '../status/sample-stats.ts';
import { temporaryFolder } from '../status/temporary-folder.ts';
import { sampleFindings, sampleKernel, sampleLeases, sampleLookup } from './show/samples.ts';

export interface RecordedDaemonOptions {
  /** As which it answers: 1.2.3 unless told. */
  readonly version?: string;
  /** Answers in place of the samples. */
  readonly routes?: Routes;
  /** An abandoned socket, to be used again. */
  readonly path?: string;
}

/** What a daemon answers on a control socket: misses as a resolver records them, and samples for the rest. */
export class RecordedDaemon {
  readonly path: string;
  readonly observer: Observer;
  readonly recording: Recording;
  #close: () => Promise<void> = async () => undefined;

  private constructor(path: string) {
    const memory = recordingMemory(1000);
    const now = () => systemClock.monotonic();
    this.path = path;
    this.observer = new Observer({
      recording: memory,
      counters: new Counters(),
      kept: 10_000,
      clock: systemClock,
    });
    this.recording = new Recording(memory, now, () => this.observer.wake());
  }

  static async start(t: TestContext, options: RecordedDaemonOptions = {}): Promise<RecordedDaemon> {
    const { version = readVersion(), path = join(temporaryFolder(t), 'control.sock') } = options;
    const daemon = new RecordedDaemon(path);
    const { observer } = daemon;
    const routes = {
      ...statusRoutes({
        stats: () => sampleStats,
        observer,
        kernel: () => sampleKernel,
        leases: async () => sampleLeases,
        lookup: () => sampleLookup,
      }),
      [DOCTOR_PATH]: () => json(sampleFindings),
      ...options.routes,
    };
    const server = await startControlServer({ path, routes, version, log: silentLog });
    let isClosed = false;
    daemon.#close = async () => {
      if (!isClosed) {
        isClosed = true;
        observer.stop();
        await server.close();
      }
    };
    t.after(() => daemon.stop());
    return daemon;
  }

  stop(): Promise<void> {
    return this.#close();
  }

  /** The first packets to these addresses: those of 10.5.7.0/24 and 10.5.8.0/24 have a lease, others have none. */
  miss(...addresses: readonly string[]): void {
    for (const text of addresses) {
      const address = parseIpv4(text);
      this.recording.noteRead();
      const host = hostOf(address);
      this.recording.noteAnswer(address, FIRST, host === undefined ? NO_LEASE_FOUND : ANSWERED, host);
    }
    this.recording.noteWriting();
    this.recording.noteWritten();
  }
}

function hostOf(address: number): RemoteHost | undefined {
  const number = (address >>> 8) & 0xff;
  if (number !== 7 && number !== 8) {
    return undefined;
  }
  const subnet = prefixOf(address, 24);
  return new RemoteHost(
    { subnet, endpoint: parseIpv4(`10.99.0.${number}`) },
    parseMac(`02:00:00:00:00:0${number}`),
  );
}
