import { codeOf } from '../base/errno.ts';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { text } from './answers.ts';
import { closeServer, createStatusServer, type StatusServer } from './http-server.ts';
import { type Conditions, missingConditions } from './stats.ts';
import { StatusFault } from './status-fault.ts';
import { type ListenAddress, listenOn } from './tcp-listener.ts';

export interface HealthServerOptions extends ListenAddress {
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
  const port = await listenOn(server, options).catch((error: unknown) => {
    throw listenFault(error, options);
  });
  server.on('error', (err) => options.log.error({ err }, 'the health server has trouble'));
  return { port, close: () => closeServer(server) };
}

function readiness(missing: readonly string[]) {
  return missing.length === 0
    ? text(200, 'l3missd is ready')
    : text(503, `l3missd is not ready yet: ${missing.join(', ')}`);
}

function listenFault(error: unknown, { ip, port }: ListenAddress): StatusFault {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new StatusFault(
        '--healthz-port',
        `${port} is in use on ${ip}`,
        'a free port, or 0 for none',
        error,
      );
    case 'EADDRNOTAVAIL':
      return new StatusFault('--healthz-ip', `${ip} is no address of this host`, 'one of its own', error);
    default:
      return new StatusFault('--healthz-port', describeError(error), 'a port that can be listened on', error);
  }
}
