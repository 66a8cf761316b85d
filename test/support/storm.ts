import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BackgroundProcess } from '../../src/lab/background-process.ts';
import type { Host } from '../../src/lab/host.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';

const CLIENTS = fileURLToPath(new URL('./bad-clients.js', import.meta.url));

/** A thousand bad clients of a daemon's status address: see `bad-clients.ts`. */
export class Storm {
  readonly #host: Host;
  readonly #port: number;
  readonly #program: BackgroundProcess;

  private constructor(host: Host, port: number, program: BackgroundProcess) {
    this.#host = host;
    this.#port = port;
    this.#program = program;
  }

  /** Resolves when a thousand of their connections were dropped. */
  static async begin(host: Host, port: number): Promise<Storm> {
    const program = await BackgroundProcess.start({
      namespace: host.namespace,
      outlive: false,
      command: [process.execPath, CLIENTS, String(port)],
      logFile: join(host.folder, 'storm.log'),
    });
    await waitUntil('dropped connections', () => /"dropped":[1-9]\d{3,}/.test(program.lastLines(1)), {
      timeout: 20_000,
    });
    return new Storm(host, port, program);
  }

  /** It raged to the end, and the daemon kept few of them. */
  async end(): Promise<void> {
    assert.ok(this.#program.running);
    // One that is too many is accepted, and closed in the same turn: a look may meet a few of these.
    await waitUntil('at most 64 connections', async () => {
      const open = await connectionsOf(this.#host, this.#port);
      return open >= 1 && open <= 64;
    });
    await this.#program.stop();
  }
}

/** How many connections the server has (/proc/net/tcp: state 1 is ESTABLISHED, inode 0 not accepted yet). */
async function connectionsOf(host: Host, port: number): Promise<number> {
  const local = new RegExp(`^[^:]+:${port.toString(16).toUpperCase()}$`);
  return (await host.namespace.run('cat', '/proc/net/tcp'))
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((row) => local.test(row[1] ?? '') && row[3] === '01' && row[9] !== '0').length;
}
