import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BackgroundProcess, type Ending } from './background-process.ts';
import { LabFault } from './lab-fault.ts';
import type { Namespace } from './namespace.ts';
import { askOverUnixSocket } from './unix-http.ts';
import { waitUntil } from './wait-until.ts';

export interface EtcdOptions {
  readonly namespace: Namespace;
  /** The address inside the namespace that clients reach. */
  readonly address: string;
  /** Holds the data, the log and a unix socket; it is made. */
  readonly folder: string;
  readonly outlive: boolean;
}

export interface EtcdValue {
  readonly key: string;
  readonly value: string;
  readonly modRevision: bigint;
}

const rangeAnswer = z.object({
  kvs: z
    .array(z.object({ key: z.string(), value: z.string().default(''), mod_revision: z.string() }))
    .default([]),
});

/**
 * One real etcd. The lab itself talks to it over a unix socket and etcd's JSON gateway: that needs neither etcdctl,
 * which Debian packs apart, nor a process inside the namespace.
 */
export class Etcd {
  readonly endpoint: string;
  readonly #options: EtcdOptions;
  #process: BackgroundProcess | undefined;

  constructor(options: EtcdOptions) {
    this.#options = options;
    this.endpoint = `http://${options.address}:2379`;
    mkdirSync(options.folder, { recursive: true });
  }

  get process(): BackgroundProcess | undefined {
    return this.#process;
  }

  /**
   * Starts etcd on the data that is there, and waits until it answers.
   *
   * @throws LabFault
   */
  async start(): Promise<void> {
    const { namespace, folder, outlive } = this.#options;
    const started = await BackgroundProcess.start({
      namespace,
      folder,
      outlive,
      command: ['etcd', ...this.#arguments()],
      logFile: join(folder, 'etcd.log'),
      // etcd 3.4 refuses to start elsewhere than on amd64 without it.
      environment: process.arch === 'arm64' ? { ETCD_UNSUPPORTED_ARCH: 'arm64' } : {},
    });
    this.#process = started;
    const healthy = async () => {
      started.assertRunning('etcd');
      return (await askOverUnixSocket(this.#socket, 'GET', '/health')).body.includes('true');
    };
    await waitUntil('etcd', healthy, { signal: namespace.gate.signal });
  }

  /** Stops etcd and keeps its data. */
  async stop(): Promise<Ending | undefined> {
    return this.#process?.stop();
  }

  async put(key: string, value: string): Promise<void> {
    await this.ask('/v3/kv/put', { key: encode(key), value: encode(value) });
  }

  async get(key: string): Promise<EtcdValue | undefined> {
    return (await this.#range({ key: encode(key) }))[0];
  }

  /** All keys that begin with the prefix, in their order. */
  async list(prefix: string): Promise<EtcdValue[]> {
    return this.#range({ key: encode(prefix), range_end: afterPrefix(prefix) });
  }

  async delete(key: string): Promise<void> {
    await this.ask('/v3/kv/deleterange', { key: encode(key) });
  }

  /**
   * Posts to etcd's JSON gateway (etcd documentation, dev-guide/api_grpc_gateway) and gives the parsed answer.
   *
   * @throws LabFault when etcd refuses
   */
  async ask(path: string, body: object): Promise<unknown> {
    const answer = await askOverUnixSocket(this.#socket, 'POST', path, JSON.stringify(body));
    if (answer.status !== 200) {
      throw new LabFault(`etcd ${path}`, `status ${answer.status}: ${answer.body}`, 'status 200');
    }
    return JSON.parse(answer.body);
  }

  async #range(body: object): Promise<EtcdValue[]> {
    const answer = rangeAnswer.parse(await this.ask('/v3/kv/range', body));
    return answer.kvs.map((kv) => ({
      key: decode(kv.key),
      value: decode(kv.value),
      modRevision: BigInt(kv.mod_revision),
    }));
  }

  get #socket(): string {
    return join(this.#options.folder, SOCKET);
  }

  #arguments(): string[] {
    const peers = 'http://127.0.0.1:2380';
    return [
      ['--name', 'lab'],
      ['--data-dir', 'data'],
      ['--listen-client-urls', `${this.endpoint},unix://${SOCKET}`],
      ['--advertise-client-urls', this.endpoint],
      ['--listen-peer-urls', peers],
      ['--initial-advertise-peer-urls', peers],
      ['--initial-cluster', `lab=${peers}`],
    ].flat();
  }
}

/** etcd takes host and port of a unix URL as the socket's file name, relative to its working folder, and wants both. */
const SOCKET = 'client:0';

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

/** The first key behind all keys with the prefix: its last byte plus one, which ASCII prefixes leave in range. */
function afterPrefix(prefix: string): string {
  const bytes = Buffer.from(prefix);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) + 1;
  return bytes.toString('base64');
}
