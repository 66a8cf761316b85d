import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { Counters } from '../../src/misses/counters.ts';
import { ANSWERED, FIRST, NO_LEASE_FOUND, REFRESH } from '../../src/misses/recording/outcomes.ts';
import { Recording } from '../../src/misses/recording/recording.ts';
import { recordingMemory } from '../../src/misses/recording/recording-memory.ts';
import { formatIpv4, parseIpv4 } from '../../src/net/ipv4.ts';
import { statusRoutes } from '../../src/status/api.ts';
import { closeServer, createStatusServer } from '../../src/status/http-server.ts';
import type { Lookup } from '../../src/status/lookup.ts';
import { Observer } from '../../src/status/observer.ts';
import { pageRoutes } from '../../src/status/page-routes.ts';
import { hostOf } from '../misses/fixture.ts';
import { sampleStats } from '../status/sample-stats.ts';

const KEPT = 10_000;

/** No buffer space: how the kernel refuses an entry when its table is full. */
export const ENOBUFS = 105;

/** A recording that a test fills as the resolver does, and a server that tells of it as the daemon does. */
export class StatusScene {
  readonly counters = new Counters();
  readonly observer: Observer;
  stats = sampleStats;
  readonly #memory = recordingMemory(KEPT);
  readonly #recording: Recording;
  readonly #hosts = new Map<number, ReturnType<typeof hostOf>>();
  /** Milliseconds that the write of the next answer takes. */
  #writing = 0;
  #server: ReturnType<typeof createStatusServer> | undefined;
  #port = 0;

  constructor() {
    this.#recording = new Recording(
      this.#memory,
      () => systemClock.monotonic() + this.#writing,
      () => this.observer.wake(),
    );
    this.observer = new Observer({
      ...{ recording: this.#memory, counters: this.counters, clock: systemClock, kept: KEPT },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Listens, on the same port as before when it was closed meanwhile. */
  async listen(): Promise<void> {
    const routes = { ...this.#routes(), ...pageRoutes() };
    const server = createStatusServer(routes, { log: silentLog });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: '127.0.0.1', port: this.#port }, resolve);
    });
    const address = server.address();
    this.#port = isInternet(address) ? address.port : 0;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) {
      await closeServer(server);
    }
  }

  /** Misses of 10.5.HOST.1 and on, answered with the lease of that host. @param milliseconds each one's latency */
  answer(host: number, count: number, milliseconds = 0.012, phase = FIRST): void {
    for (let number = 0; number < count; number++) {
      this.#note(`10.5.${host}.${1 + (number % 250)}`, phase, ANSWERED, host, milliseconds);
    }
  }

  refresh(host: number, count: number): void {
    this.answer(host, count, 0.008, REFRESH);
  }

  /** Misses of one address that no lease covers. */
  deny(address: string, count: number): void {
    for (let number = 0; number < count; number++) {
      this.#note(address, FIRST, NO_LEASE_FOUND, undefined, 0.01);
    }
  }

  /** A miss whose answer the kernel refuses. */
  refuse(host: number, errno: number): void {
    const address = `10.5.${host}.251`;
    this.#note(address, FIRST, ANSWERED, host, 0.02);
    this.#recording.noteRefused(parseIpv4(address), errno);
  }

  #note(
    address: string,
    phase: number,
    outcome: number,
    host: number | undefined,
    milliseconds: number,
  ): void {
    this.#recording.noteRead();
    this.#recording.noteAnswer(parseIpv4(address), phase, outcome, this.#hostOf(host));
    this.#recording.noteWriting();
    this.#writing = milliseconds;
    this.#recording.noteWritten();
    this.#writing = 0;
  }

  #hostOf(number: number | undefined) {
    if (number === undefined) {
      return undefined;
    }
    const known = this.#hosts.get(number) ?? hostOf(number);
    this.#hosts.set(number, known);
    return known;
  }

  #routes() {
    return statusRoutes({
      stats: () => this.stats,
      observer: this.observer,
      kernel: () => ({
        neighbours: {
          ...{ entries: 15_801, own: 15_201, softLimit: 128, middleLimit: 512, hardLimit: 1024 },
          ...{ tableFulls: 7, unresolvedDiscards: 33 },
        },
        sockets: [{ name: 'misses', backlog: 832, drops: 5 }],
      }),
      leases: async () => [],
      lookup: (address) => lookupOf(formatIpv4(address)),
    });
  }
}

/** One address has a story with a problem, all others are nobody's. */
function lookupOf(address: string): Lookup {
  return {
    address,
    mode: 'lazy',
    relation: 'nobody',
    lease: null,
    decision: 'the sender is told that there is no such host',
    route: { destination: '10.5.0.0/16', device: 'flannel.1', gateway: null, protocol: 113 },
    neighbour: null,
    forwarding: null,
    misses: [],
    problems:
      address === '10.5.9.9'
        ? [
            {
              found: 'no lease covers the address',
              mend: 'l3missd leases',
              note: 'it lists those that there are',
            },
          ]
        : [],
  };
}

function isInternet(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

/** What every scene begins with: 301 misses, those of 10.5.9.9 last. */
export async function sceneFor(test: TestContext): Promise<StatusScene> {
  const scene = new StatusScene();
  scene.answer(2, 200);
  scene.answer(3, 50, 0.4);
  scene.refresh(2, 20);
  scene.refuse(4, ENOBUFS);
  scene.deny('10.5.9.9', 30);
  await scene.listen();
  test.after(async () => {
    await scene.close();
    scene.observer.stop();
  });
  return scene;
}
