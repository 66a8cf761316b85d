import type { Server } from 'node:http';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { text } from './answers.ts';
import { closeServer, createStatusServer, type StatusServer } from './http-server.ts';
import { type Conditions, missingConditions } from './stats.ts';
import { StatusFault } from './status-fault.ts';

export interface HealthServerOptions {
  /** The IPv4 or IPv6 address to listen on. */
  readonly ip: string;
  /** 1 to 65535; 0 takes a free one, which only tests want. */
  readonly port: number;
  readonly conditions: () => Conditions;
  readonly log: Log;
}

/**
 * Serves /healthz (the process runs) and /readyz (it has done its first work) over HTTP, in flannel's words
 * (main.go at HEAD) with the missing conditions added.
 *
 * @throws StatusFault naming the option when the address or the port cannot be had
 */
export async function startHealthServer(
  options: HealthServerOptions,
): Promise<StatusServer & { readonly port: number }> {
  const server = createStatusServer(
    {
      '/healthz': () => text(200, 'l3missd is running'),
      '/readyz': () => readiness(missingConditions(options.conditions())),
    },
    { log: options.log },
  );
  await listen(server, options);
  server.on('error', (err) => options.log.error({ err }, 'the health server has trouble'));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return { port, close: () => closeServer(server) };
}

function readiness(missing: readonly string[]) {
  return missing.length === 0
    ? text(200, 'l3missd is ready')
    : text(503, `l3missd is not ready yet: ${missing.join(', ')}`);
}

function listen(server: Server, { ip, port }: HealthServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(listenFault(error, ip, port));
    server.once('error', fail);
    server.listen({ host: ip, port }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function listenFault(error: NodeJS.ErrnoException, ip: string, port: number): StatusFault {
  if (error.code === 'EADDRINUSE') {
    return new StatusFault(
      '--healthz-port',
      `${port} is in use on ${ip}`,
      'a free port, or 0 for none',
      error,
    );
  }
  if (error.code === 'EADDRNOTAVAIL') {
    return new StatusFault('--healthz-ip', `${ip} is no address of this host`, 'one of its own', error);
  }
  return new StatusFault('--healthz-port', describeError(error), 'a port that can be listened on', error);
}
