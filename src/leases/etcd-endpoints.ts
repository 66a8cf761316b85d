import { ConfigFault } from './faults.ts';

/**
 * Splits flannel's comma list of endpoints. The port must be named: gRPC would take 443 where flannel takes 80.
 *
 * @throws ConfigFault naming the entry that is not one
 */
export function parseEndpoints(text: string): string[] {
  const endpoints = text
    .split(',')
    .map((entry) => entry.trim().replace(/\/$/, ''))
    .filter((entry) => entry !== '');
  const odd = endpoints.find((entry) => !/^https?:\/\/([\w.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/.test(entry));
  if (odd !== undefined || endpoints.length === 0) {
    throw new ConfigFault(
      'etcd endpoints',
      JSON.stringify(odd ?? text),
      'a comma list of addresses such as http://127.0.0.1:2379',
    );
  }
  return endpoints;
}
