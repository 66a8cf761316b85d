import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandNames } from '../../src/cli/option.ts';
import { StatusFault } from '../../src/status/status-fault.ts';
import { call } from './fake-surroundings.ts';

const number = (most: number, least = 0) => `a whole number from ${least} to ${most}`;

const commands = 'run, cleanup, stats, misses, top, lookup, leases, doctor, compare';

/** Arguments, what the line names first, and what it allows. */
const refused: [args: string[], thing: string, allowed: string][] = [
  [['-healthz-port', '65536'], '--healthz-port: "65536"', number(65535)],
  [['-healthz-port', '-1'], '--healthz-port: "-1"', number(65535)],
  [['-healthz-port', ''], '--healthz-port: ""', number(65535)],
  [['-healthz-port', '1e3'], '--healthz-port: "1e3"', number(65535)],
  [['-subnet-lease-renew-margin', '0'], '--subnet-lease-renew-margin: "0"', number(1439, 1)],
  [['-subnet-lease-renew-margin', '1440'], '--subnet-lease-renew-margin: "1440"', number(1439, 1)],
  [
    ['-idle-timeout', '10'],
    '--idle-timeout: "10"',
    'a duration such as 90s, 10m or 1h30m, at most 8760h; or 0',
  ],
  [['-removal-hold', '-1s'], '--removal-hold: "-1s"', 'a duration such as 90s, 10m or 1h30m'],
  [
    ['-removal-hold', '8761h'],
    '--removal-hold: "8761h"',
    'a duration such as 90s, 10m or 1h30m, at most 8760h',
  ],
  [['-idle-timeout', '1m 30s'], '--idle-timeout: "1m 30s"', 'a duration such as 90s, 10m or 1h30m'],
  [['-max-neighbours', '0'], '--max-neighbours: "0"', number(1_000_000, 1)],
  [['-miss-buffer', '256M'], '--miss-buffer: "256M"', number(1_073_741_824, 8192)],
  [['-journal-entries', '0'], '--journal-entries: "0"', number(100_000, 1)],
  [['-healthz-ip', 'localhost'], '--healthz-ip: "localhost"', 'an IPv4 or IPv6 address'],
  ...[
    ...['', '9477', ':9477', '0.0.0.0', '127.0.0.1:0', '127.0.0.1:65536', '127.0.0.1:9477/'],
    ...['::1:9477', '[::1]', '[127.0.0.1]:9477', 'node1.example:9477'],
  ].map((address): [string[], string, string] => [
    ['-status-address', address],
    `--status-address: ${JSON.stringify(address)}`,
    'an address or localhost, and a port from 1 to 65535, such as 127.0.0.1:9477 or [::1]:9477',
  ]),
  [['-public-ip', '10.0.0'], '--public-ip: "10.0.0"', 'an IPv4 address such as 10.5.7.1'],
  [['-public-ip', '::1'], '--public-ip: "::1"', 'an IPv4 address such as 10.5.7.1'],
  [['-public-ip', '224.0.0.1'], '--public-ip: "224.0.0.1"', 'an address that other hosts can send to'],
  [['-iface', ''], '--iface: ""', 'the name of an interface or an IPv4 address'],
  [['-iface', 'a b'], '--iface: "a b"', 'the name of an interface or an IPv4 address'],
  [
    ['-iface', 'sixteen-letters-'],
    '--iface: "sixteen-letters-"',
    'the name of an interface or an IPv4 address',
  ],
  [['-iface', 'x\ny'], '--iface: "x\\ny"', 'the name of an interface or an IPv4 address'],
  [['-subnet-file='], '--subnet-file: an empty text', 'a path'],
  [['-etcd-prefix', '/'], '--etcd-prefix: "/"', 'a key such as /coreos.com/network'],
  [['-etcd-prefix', ''], '--etcd-prefix: ""', 'a key such as /coreos.com/network'],
  [['-control-socket', 'x'.repeat(108)], '--control-socket: a path of 108 bytes', 'at most 107 bytes'],
  [['-programming', 'nonsense'], '--programming: "nonsense"', 'lazy, lazy-subnet, eager'],
  [['-programming', ''], '--programming: ""', 'lazy, lazy-subnet, eager'],
  [
    ['-fdb', 'on-demand', '-programming', 'eager'],
    '--fdb: on-demand with --programming eager',
    '--programming lazy',
  ],
  [
    ['-fdb', 'on-demand', '-programming', 'lazy-subnet'],
    '--fdb: on-demand with --programming lazy-subnet',
    '--programming lazy',
  ],
  [['-log-level', 'trace'], '--log-level: "trace"', 'debug, info, warn, error'],
  [['-log-format', ''], '--log-format: ""', 'json, text'],
  [['-log-format', 'xml'], '--log-format: "xml"', 'json, text'],
  [
    ['-etcd-endpoints', 'https://a:1'],
    '--etcd-endpoints: "https://a:1"',
    'http:// (https is not served yet)',
  ],
  [
    ['-etcd-endpoints', 'a:1'],
    '--etcd-endpoints: "a:1"',
    'URLs such as http://127.0.0.1:2379, separated by commas',
  ],
  [['-etcd-endpoints', 'http://a'], '--etcd-endpoints: "http://a"', 'URLs such as'],
  [['-etcd-endpoints', 'http://a:1/v2'], '--etcd-endpoints: "http://a:1/v2"', 'URLs such as'],
  [['-etcd-endpoints', 'http://a:1,'], '--etcd-endpoints: ""', 'URLs such as'],
  [['compare', '-modes', 'lazy,eagre'], '--modes: "eagre"', 'lazy, lazy-subnet, eager'],
  [['compare', '-modes', 'lazy,lazy'], '--modes: "lazy,lazy"', 'each value once'],
  [['compare', '-nodes', '10,0'], '--nodes: "0"', number(16_283, 1)],
  [['compare', '-nodes', '16284'], '--nodes: "16284"', number(16_283, 1)],
  [['compare', '-nodes='], '--nodes: ""', number(16_283, 1)],
  [['compare', '-active', '0%'], '--active: "0%"', 'percentages above 0% and at most 100%, such as 10%'],
  [['compare', '-active', '10%,101%'], '--active: "101%"', 'percentages above 0%'],
  [['compare', '-active', '0.1'], '--active: "0.1"', 'percentages above 0%'],
  [['compare', '-pods-per-node', '251'], '--pods-per-node: "251"', number(250, 1)],
  [['compare', '-rounds', '0'], '--rounds: "0"', number(100, 1)],
  [['compare', '-peer', 'flanneld'], '--peer: "flanneld"', 'NAME=COMMAND, where NAME has at most 16'],
  [['compare', '-peer', 'a= '], '--peer: "a= "', 'NAME=COMMAND'],
  [['compare', '-peer', 'a=x', '-peer', 'a=y'], '--peer: "a"', 'a name that no mode and no other peer has'],
  [['compare', '-peer', 'lazy=x'], '--peer: "lazy"', 'a name that no mode and no other peer has'],
  ...['json', 'html', 'from'].map((name): [string[], string, string] => [
    ['compare', `-${name}`, ''],
    `--${name}: an empty text`,
    'a path',
  ]),
  [['compare', '-json'], '--json: no value behind it', '--json=<value> or --json <value>'],
  [['compare', '-iface', 'x'], '--iface: unknown option', 'what "l3missd compare --help" lists'],
  [['-ifac', 'x'], '--ifac: unknown option (Did you mean --iface?)', 'what "l3missd run --help" lists'],
  [['-x'], '--x: unknown option', 'what "l3missd run --help" lists'],
  [['stats', '-iface', 'x'], '--iface: unknown option', 'what "l3missd stats --help" lists'],
  [['cleanup', '-ip-masq'], '--ip-masq: unknown option', 'what "l3missd cleanup --help" lists'],
  [['-iface'], '--iface: no value behind it', '--iface=<value> or --iface <value>'],
  [['serve'], 'serve: neither a command nor an option', `${commands} as the first argument`],
  [['stats', 'now'], 'now: an argument too many for stats', 'no argument'],
  [['run', 'stats'], 'stats: an argument too many for run', 'no argument'],
  [['-iface', 'x', 'stats'], 'stats: neither a command nor an option', `${commands} as the first argument`],
  [
    ['misses', '--outcome', 'lost'],
    '--outcome: "lost"',
    'answered, already-answered, no-lease, own-subnet, held, recovered, refused',
  ],
  [['misses', '--subnet', '10.5.7.2'], '--subnet: "10.5.7.2"', 'an IPv4 network such as 10.5.0.0/16'],
  [['misses', '--subnet', '10.5.7.0/33'], '--subnet: "10.5.7.0/33"', 'an IPv4 network such as 10.5.0.0/16'],
  [
    ['misses', '--subnet', '10.5.7.2/24'],
    '--subnet: "10.5.7.2/24"',
    'the network 10.5.7.0/24, or the address 10.5.7.2/32',
  ],
  [['misses', '--since', '5'], '--since: "5"', 'a duration such as 90s, 10m or 1h30m'],
  [['misses', '--outcome', ''], '--outcome: ""', 'answered, already-answered'],
  [['misses', '--subnet='], '--subnet: ""', 'an IPv4 network such as 10.5.0.0/16'],
  [['misses', '--since', ''], '--since: ""', 'a duration such as 90s, 10m or 1h30m'],
  [['misses', '--watch'], '--watch: unknown option', 'what "l3missd misses --help" lists'],
  [['misses', '10.5.7.2'], '10.5.7.2: an argument too many for misses', 'no argument'],
  [['lookup'], 'lookup: no address behind it', 'l3missd lookup ADDRESS'],
  [['lookup', 'localhost'], 'address: "localhost"', 'an IPv4 address such as 10.5.7.1'],
  [['lookup', '10.5.7'], 'address: "10.5.7"', 'an IPv4 address such as 10.5.7.1'],
  [['lookup', '::1'], 'address: "::1"', 'an IPv4 address such as 10.5.7.1'],
  [['lookup', '10.5.7.2', '10.5.7.3'], '10.5.7.3: an argument too many for lookup', 'one address'],
  [['lookup', '--json', '--', '10.5.7.2', 'x'], 'x: an argument too many for lookup', 'one address'],
  [['lookup', '10.5.7.2', '--follow'], '--follow: unknown option', 'what "l3missd lookup --help" lists'],
  [['top', '--iface', 'x'], '--iface: unknown option', 'what "l3missd top --help" lists'],
  [
    ['doctor', '--control-socket', 'x'.repeat(108)],
    '--control-socket: a path of 108 bytes',
    'at most 107 bytes',
  ],
  [['help', 'serve'], 'serve: no such command', commands],
];

describe('bad usage', () => {
  for (const [args, thing, allowed] of refused) {
    it(`says one line about ${JSON.stringify(args)}`, async () => {
      const { code, out, err, ...called } = await call(args);
      assert.equal(code, 2);
      assert.ok(err.startsWith(`l3missd: ${thing}; allowed: ${allowed}`), err);
      assert.match(err, /^[^\n]+\n$/);
      assert.equal(out, '');
      assert.deepEqual(Object.values(called).flat(), []);
    });
  }

  it('names the variable when the value comes from there', async () => {
    const { code, err } = await call([], { environment: { FLANNELD_HEALTHZ_PORT: 'x' } });
    assert.deepEqual([code, err], [2, `l3missd: FLANNELD_HEALTHZ_PORT: "x"; allowed: ${number(65535)}\n`]);
  });

  it('shows no credentials', async () => {
    const { code, err } = await call(['-etcd-endpoints', 'http://root:hunter2@10.0.0.1:2379']);
    assert.equal(code, 2);
    assert.match(err, /without user and password/);
    assert.doesNotMatch(err, /hunter2/);
  });
});

describe('what a command throws', () => {
  const everyCommand = commandNames.map((name) => (name === 'lookup' ? [name, '10.5.7.2'] : [name]));
  const fails = (error: unknown) => ({ effect: () => Promise.reject(error) });

  it('is one line and exit code 1 for an expected failure, with its cause', async () => {
    const fault = new StatusFault('/run/x', 'cannot be\nwritten', 'a file', new Error('EROFS'));
    for (const level of ['info', 'debug']) {
      const { code, err } = await call(['-log-level', level], fails(fault));
      assert.deepEqual([code, err], [1, 'l3missd: /run/x: cannot be written; allowed: a file (EROFS)\n']);
    }
  });

  it('is one line and a hint for an unexpected error', async () => {
    for (const command of everyCommand) {
      const { code, err } = await call(command, fails(new TypeError('x is not\na function')));
      assert.equal(code, 1);
      assert.equal(err, 'l3missd: unexpected error: x is not a function (--log-level debug shows where)\n');
    }
  });

  it('shows the stack at log level debug', async () => {
    for (const command of everyCommand) {
      const { code, err } = await call([...command, '-log-level=debug'], fails(new TypeError('broken')));
      assert.equal(code, 1);
      assert.match(err, /^l3missd: unexpected error: broken\nTypeError: broken\n {4}at .*bad-usage/);
    }
  });

  it('is no failure when it is an exit code', async () => {
    assert.equal((await call(['run'], { effect: async () => 7 })).code, 7);
  });
});
