import { isIP, isIPv4, isIPv6 } from 'node:net';
import { posix } from 'node:path';
import { withoutCredentials } from '../agent/redact.ts';
import { type Ipv4, isHostAddress, parseIpv4 } from '../net/ipv4.ts';
import type { ListenAddress } from '../status/tcp-listener.ts';
import { UsageFault } from './usage-fault.ts';

/** Turns the text of one value into what it means; `thing` is the option or variable that a refusal names. */
export type Parser<T> = (text: string, thing: string) => T;

/** A decimal number from `least` to `most`. */
export function integer(least: number, most: number): Parser<number> {
  return (text, thing) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      throw new UsageFault(thing, JSON.stringify(text), `a whole number from ${least} to ${most}`);
    }
    return value;
  };
}

/** Milliseconds of each unit of Go's time.ParseDuration that makes sense here. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as Go writes it (90s, 10m, 1h30m), or 0; in milliseconds, at most 365 days. */
export function duration(text: string, thing: string): number {
  const parts = Array.from(text.matchAll(/(\d{1,9})(ms|s|m|h)/g));
  const isWhole = parts.length > 0 && parts.map(([whole]) => whole).join('') === text;
  const total = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  if ((!isWhole && text !== '0') || total > 365 * 24 * 3_600_000) {
    throw new UsageFault(
      thing,
      JSON.stringify(text),
      'a duration such as 90s, 10m or 1h30m, at most 8760h; or 0',
    );
  }
  return total;
}

/** One of the words. */
export function oneOf<const T extends string>(words: readonly T[]): Parser<T> {
  return (text, thing) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) {
      throw new UsageFault(thing, JSON.stringify(text), words.join(', '));
    }
    return word;
  };
}

/** The same, or undefined for an empty text. Where that is no value of the option, `Settings.find` is what it takes. */
export function optional<T>(parse: Parser<T>): Parser<T | undefined> {
  return (text, thing) => (text === '' ? undefined : parse(text, thing));
}

export function path(text: string, thing: string): string {
  if (text === '') {
    throw new UsageFault(thing, 'an empty text', 'a path');
  }
  return text;
}

/** sockaddr_un holds 108 bytes, the last of which ends the path (unix(7)); Node would cut a longer one. */
const LONGEST_SOCKET_PATH = 107;

export function socketPath(text: string, thing: string): string {
  const length = Buffer.byteLength(text);
  if (length > LONGEST_SOCKET_PATH) {
    throw new UsageFault(thing, `a path of ${length} bytes`, `at most ${LONGEST_SOCKET_PATH} bytes`);
  }
  return path(text, thing);
}

/** The prefix as flannel's path.Join makes it: without doubled slashes, dots and a slash at the end. */
export function keyPrefix(text: string, thing: string): string {
  const prefix = posix.normalize(text).replace(/\/$/, '');
  if (prefix === '' || prefix === '.') {
    throw new UsageFault(thing, JSON.stringify(text), 'a key such as /coreos.com/network');
  }
  return prefix;
}

/** A name of a device (it need not exist) or an IPv4 address. The kernel's limit is IFNAMSIZ - 1. */
export function deviceOrAddress(text: string, thing: string): string {
  if (!/^[^\s/]+$/.test(text) || Buffer.byteLength(text) > 15 || text === '.' || text === '..') {
    throw new UsageFault(thing, JSON.stringify(text), 'the name of an interface or an IPv4 address');
  }
  return text;
}

export function publicAddress(text: string, thing: string): Ipv4 {
  const address = parseIpv4(text, thing);
  if (!isHostAddress(address)) {
    throw new UsageFault(thing, JSON.stringify(text), 'an address that other hosts can send to');
  }
  return address;
}

export function listenAddress(text: string, thing: string): string {
  if (isIP(text) === 0) {
    throw new UsageFault(thing, JSON.stringify(text), 'an IPv4 or IPv6 address');
  }
  return text;
}

/** An address and a port to listen on; a name is looked up nowhere, and localhost is 127.0.0.1. */
export function hostAndPort(text: string, thing: string): ListenAddress {
  const [, inner, plain, digits] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const ip = plain === 'localhost' ? '127.0.0.1' : (inner ?? plain ?? '');
  const isAddress = inner === undefined ? isIPv4(ip) : isIPv6(ip);
  const port = Number(digits);
  if (!isAddress || !(port >= 1 && port <= 65_535)) {
    const allowed =
      'an address or localhost, and a port from 1 to 65535, such as 127.0.0.1:9477 or [::1]:9477';
    throw new UsageFault(thing, JSON.stringify(text), allowed);
  }
  return { ip, port };
}

/** A comma list of etcd servers. The port must stand there: gRPC clients do not agree about a default. */
export function endpoints(text: string, thing: string): string[] {
  return text.split(',').map((piece) => endpoint(piece.trim(), thing));
}

function endpoint(text: string, thing: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const found = JSON.stringify(withoutCredentials(text));
  if (url?.protocol === 'https:') {
    throw new UsageFault(thing, found, 'http:// (https is not served yet)');
  }
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    throw new UsageFault(thing, found, 'a URL without user and password (they are not served yet)');
  }
  if (url?.protocol !== 'http:' || !/^http:\/\/[^/?#]+:\d+\/?$/i.test(text)) {
    throw new UsageFault(thing, found, 'URLs such as http://127.0.0.1:2379, separated by commas');
  }
  return text.replace(/\/$/, '');
}

/** Texts between commas, each for the same parser; none of them twice. */
export function listOf<T>(parse: Parser<T>): Parser<T[]> {
  return (text, thing) => {
    const values = text.split(',').map((piece) => parse(piece.trim(), thing));
    if (new Set(values).size < values.length) {
      throw new UsageFault(thing, JSON.stringify(text), 'each value once');
    }
    return values;
  };
}

/** A percentage above 0 and at most 100, as a part of 1. */
export function share(text: string, thing: string): number {
  const percent = /^\d{1,3}(\.\d{1,3})?%$/.test(text) ? Number(text.slice(0, -1)) : Number.NaN;
  if (!(percent > 0 && percent <= 100)) {
    throw new UsageFault(thing, JSON.stringify(text), 'percentages above 0% and at most 100%, such as 10%');
  }
  return percent / 100;
}

/** A name, which stands over a column of a table, and behind `=` the command of that name. */
export function namedCommand(text: string, thing: string): { name: string; command: string } {
  const [, name, command] = /^([A-Za-z0-9][\w.-]{0,15})=(.*\S.*)$/s.exec(text) ?? [];
  if (name === undefined || command === undefined) {
    const allowed = 'NAME=COMMAND, where NAME has at most 16 letters, digits, dots, hyphens';
    throw new UsageFault(thing, JSON.stringify(text), allowed);
  }
  return { name, command };
}
