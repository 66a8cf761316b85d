import type { Server } from 'node:http';

/** Where a server listens. */
export interface ListenAddress {
  /** An IPv4 or IPv6 address, the latter without brackets. */
  readonly ip: string;
  /** 1 to 65535; 0 takes a free one, which only tests want. */
  readonly port: number;
}

/**
 * Makes the server listen.
 *
 * @returns the port
 * @throws NodeJS.ErrnoException with the system's code, for the caller to put into words
 */
export function listenOn(server: Server, { ip, port }: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: ip, port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
