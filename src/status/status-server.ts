import { BlockList, isIPv6 } from 'node:net';
import { codeOf } from '../base/errno.ts';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { type StatusSources, statusRoutes } from './api.ts';
import { VERSION_HEADER } from './control-client.ts';
import { refuseOtherHost } from './host-header.ts';
import { closeServer, createStatusServer, type Routes, type StatusServer } from './http-server.ts';
import { metricsRoute } from './metrics/metrics-route.ts';
import { METRICS_PATH } from './paths.ts';
import { StatusFault } from './status-fault.ts';
import { type ListenAddress, listenOn } from './tcp-listener.ts';

export interface StatusAddressOptions {
  readonly address: ListenAddress;
  readonly sources: StatusSources;
  /** What is served beside the metrics and the JSON: the page. */
  readonly routes: Routes;
  readonly version: string;
  readonly log: Log;
  /** Milliseconds that a client has for its request, and to read on; 5000 unless told. */
  readonly requestLimit?: number;
}

/**
 * Serves metrics, JSON and the page, read-only, to whoever reaches the address.
 *
 * @throws StatusFault naming the option when the address or the port cannot be had
 */
export async function startStatusServer(
  options: StatusAddressOptions,
): Promise<StatusServer & { readonly port: number }> {
  const { address, sources, routes, version, log, requestLimit } = options;
  const server = createStatusServer(
    { ...routes, ...statusRoutes(sources), [METRICS_PATH]: metricsRoute(sources) },
    {
      log,
      headers: { [VERSION_HEADER]: version },
      ...(isLoopback(address.ip) ? { refuseHost: refuseOtherHost } : {}),
      ...(requestLimit === undefined ? {} : { requestLimit }),
    },
  );
  const port = await listenOn(server, address).catch((error: unknown) => {
    throw listenFault(error, address);
  });
  server.on('error', (err) => log.error({ err }, 'the status server has trouble'));
  const shown = formatAddress({ ...address, port });
  log.info({ address: shown }, 'serving metrics and status');
  if (!isLoopback(address.ip)) {
    log.warn(
      { address: shown, mend: `--status-address 127.0.0.1:${port}` },
      'whoever reaches the status address can read leases, addresses and misses: it is not a loopback address',
    );
  }
  return { port, close: () => closeServer(server) };
}

/** As `--status-address` takes it. */
function formatAddress({ ip, port }: ListenAddress): string {
  return isIPv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function isLoopback(ip: string): boolean {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8);
  loopback.addAddress('::1', 'ipv6');
  // Behind a percent sign stands the interface of a link-local address, which BlockList does not take.
  const [bare = ip] = ip.split('%');
  return loopback.check(bare, isIPv6(ip) ? 'ipv6' : 'ipv4');
}

function listenFault(error: unknown, address: ListenAddress): StatusFault {
  const option = '--status-address';
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new StatusFault(option, `${formatAddress(address)} is in use`, 'a free port', error);
    case 'EADDRNOTAVAIL':
      return new StatusFault(option, `${address.ip} is no address of this host`, 'one of its own', error);
    default:
      return new StatusFault(option, describeError(error), 'an address that can be listened on', error);
  }
}
