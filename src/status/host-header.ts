import { isIPv4, isIPv6 } from 'node:net';
import { type Answer, text } from './answers.ts';

/**
 * What a request gets whose Host is neither an address nor localhost; undefined when there is nothing wrong with it. A page
 * from elsewhere may give its own name the address 127.0.0.1 and then read what a server there answers (DNS rebinding): such
 * a request names that page's host.
 */
export function refuseOtherHost(host: string | undefined): Answer | undefined {
  // A client of HTTP/1.0 sends none, and is no browser.
  if (host === undefined || isAddressOrLocalhost(host.replace(/:\d*$/, '').toLowerCase())) {
    return undefined;
  }
  return text(421, `Host: ${JSON.stringify(host)}; allowed: localhost or an address`);
}

function isAddressOrLocalhost(name: string): boolean {
  return name === 'localhost' || isIPv4(name) || isIPv6(/^\[(.*)\]$/.exec(name)?.[1] ?? '');
}
