import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Why tests with a real etcd cannot run here; false when they can: made for node:test's `skip`. */
export const etcdMissing: string | false =
  spawnSync('etcd', ['--version']).error === undefined
    ? false
    : 'etcd is not installed (apt install etcd-server)';

const HEALTHY_WITHIN_MS = 60_000;

/** Servers that run, for the exit handler: nothing may outlive the test process. */
const running = new Set<EtcdServer>();
process.on('exit', () => {
  for (const server of running) {
    server.killNow();
  }
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1));
}

/** One real etcd of its own, on free loopback ports, with its data in a temporary folder. */
export class EtcdServer {
  readonly endpoint: string;
  readonly #folder: string;
  readonly #name: string;
  readonly #peer: string;
  #cluster: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string, name: string, clientPort: number, peerPort: number) {
    this.#folder = folder;
    this.#name = name;
    this.endpoint = `http://127.0.0.1:${clientPort}`;
    this.#peer = `http://127.0.0.1:${peerPort}`;
    this.#cluster = `${name}=${this.#peer}`;
    running.add(this);
  }

  /** Ports and a folder, without starting the server. */
  static async prepare(name = 'test'): Promise<EtcdServer> {
    const [clientPort, peerPort] = await Promise.all([freePort(), freePort()]);
    return new EtcdServer(mkdtempSync(join(tmpdir(), 'l3m-etcd-')), name, clientPort, peerPort);
  }

  static async start(): Promise<EtcdServer> {
    const server = await EtcdServer.prepare();
    await server.start();
    return server;
  }

  /** Members of one cluster. */
  static async startCluster(size: number): Promise<EtcdServer[]> {
    const names = Array.from({ length: size }, (_, index) => `member${index}`);
    const members = await Promise.all(names.map((name) => EtcdServer.prepare(name)));
    const cluster = members.map((member) => member.#cluster).join(',');
    for (const member of members) {
      member.#cluster = cluster;
    }
    await Promise.all(members.map((member) => member.start()));
    return members;
  }

  /** Another server, not started, on the same data but other ports; only one of the two may run. */
  async twin(): Promise<EtcdServer> {
    const [clientPort, peerPort] = await Promise.all([freePort(), freePort()]);
    return new EtcdServer(this.#folder, this.#name, clientPort, peerPort);
  }

  /** Starts it on the data that it has; resolves when it is healthy. */
  async start(): Promise<void> {
    this.#spawn();
    await this.#untilHealthy();
  }

  /** Kills it and keeps its data. */
  async stop(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process !== undefined && process.exitCode === null && process.signalCode === null) {
      const exited = once(process, 'exit');
      process.kill('SIGKILL');
      await exited;
    }
  }

  /** Forgets all data; only while stopped. */
  wipe(): void {
    rmSync(join(this.#folder, 'data'), { recursive: true, force: true });
  }

  /** Starts it anew without data, while this process stands still and so sees no connection end before it is back. */
  replaceUnseen(): void {
    const pid = this.#process?.pid;
    this.#process?.kill('SIGKILL');
    while (pid !== undefined && !isZombie(pid)) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
    this.wipe();
    this.#spawn();
    const isHealthy = `fetch('${this.endpoint}/health').then(({ ok }) => process.exit(ok ? 0 : 1))`;
    const end = performance.now() + HEALTHY_WITHIN_MS;
    while (spawnSync(process.execPath, ['-e', isHealthy]).status !== 0) {
      assert.ok(performance.now() < end, `etcd at ${this.endpoint} is not healthy`);
    }
  }

  /** SIGSTOP: connections stay open and nothing answers. Resolves when every thread has stopped. */
  async freeze(): Promise<void> {
    const pid = this.#process?.pid;
    this.#process?.kill('SIGSTOP');
    while (pid !== undefined && !isStopped(pid)) {
      await delay(1);
    }
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** What other clients do, through etcd's JSON gateway, so that the code under test is not its own witness. */
  async put(key: string, value: string, leaseId?: bigint): Promise<void> {
    await this.#post('kv/put', { key: base64(key), value: base64(value), lease: leaseId?.toString() });
  }

  async delete(key: string): Promise<void> {
    await this.#post('kv/deleterange', { key: base64(key) });
  }

  /** Forgets the history up to the present revision. */
  async compact(): Promise<void> {
    await this.#post('kv/compaction', { revision: (await this.revision()).toString(), physical: true });
  }

  async revision(): Promise<bigint> {
    const { header } = await this.#post('kv/range', { key: base64('none') });
    return BigInt(header.revision);
  }

  /** The keys' names under a prefix, with their values. */
  async values(prefix: string): Promise<Map<string, string>> {
    const range = { key: base64(prefix), range_end: base64(`${prefix}\u007f`) };
    const { kvs } = await this.#post('kv/range', range);
    return new Map((kvs ?? []).map((pair) => [fromBase64(pair.key), fromBase64(pair.value)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.killNow();
  }

  killNow(): void {
    this.#process?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
    running.delete(this);
  }

  #spawn(): void {
    const flags = {
      name: this.#name,
      'data-dir': join(this.#folder, 'data'),
      'listen-client-urls': this.endpoint,
      'advertise-client-urls': this.endpoint,
      'listen-peer-urls': this.#peer,
      'initial-advertise-peer-urls': this.#peer,
      'initial-cluster': this.#cluster,
      'log-level': 'error',
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    // When this process is killed no handler runs: then the kernel ends the server.
    this.#process = spawn('setpriv', ['--pdeathsig', 'KILL', 'etcd', ...args], { stdio: 'ignore' });
  }

  async #post(path: string, body: object): Promise<GatewayAnswer> {
    const response = await fetch(`${this.endpoint}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!response.ok) {
      throw new Error(`etcd's gateway, ${path}: ${response.status} ${await response.text()}`);
    }
    return (await response.json()) as GatewayAnswer;
  }

  async #untilHealthy(): Promise<void> {
    const end = performance.now() + HEALTHY_WITHIN_MS;
    while (performance.now() < end) {
      const healthy = await fetch(`${this.endpoint}/health`).then(
        (response) => response.ok,
        () => false,
      );
      if (healthy) {
        return;
      }
      await delay(20);
    }
    throw new Error(`etcd at ${this.endpoint} is not healthy after ${HEALTHY_WITHIN_MS} ms`);
  }
}

/** A signal stops the threads one by one, and one that still runs may answer: see their state in proc(5). */
function isStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).every((task) => /\) T /.test(readFileSync(join(tasks, task, 'stat'), 'utf8')));
}

function isZombie(pid: number): boolean {
  return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

interface GatewayAnswer {
  readonly header: { readonly revision: string };
  readonly kvs?: readonly { readonly key: string; readonly value: string }[];
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
