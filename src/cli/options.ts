import { MODE_NAMES } from '../overlay/modes.ts';
import {
  deviceOrAddress,
  duration,
  endpoints,
  integer,
  keyPrefix,
  listenAddress,
  oneOf,
  optional,
  type Parser,
  path,
  publicAddress,
  socketPath,
} from './parsers.ts';

export const commandNames = ['run', 'cleanup', 'stats'] as const;
export type CommandName = (typeof commandNames)[number];

interface Described {
  /** Without dashes. */
  readonly name: string;
  readonly commands: readonly CommandName[];
  readonly help: string;
}

/** An option that takes a value. */
export interface ValueOption<T> extends Described {
  /** What the help calls the value. */
  readonly value: string;
  readonly environment: string;
  /** As it would be typed; it goes through `parse` like any other. */
  readonly default: string;
  /** What the help says instead, where the text alone explains nothing. */
  readonly defaultInWords?: string;
  readonly parse: Parser<T>;
}

/** An option that is on or off, and off by default. */
export interface SwitchOption extends Described {
  readonly value?: never;
}

const value = <T>(spec: ValueOption<T>): ValueOption<T> => spec;
const onOff = (spec: SwitchOption): SwitchOption => spec;

/** Every option that l3missd serves. The names and defaults of flannel's are those of main.go at HEAD. */
export const options = {
  etcdEndpoints: value({
    name: 'etcd-endpoints',
    commands: ['run', 'cleanup'],
    value: '<urls>',
    environment: 'FLANNELD_ETCD_ENDPOINTS',
    default: 'http://127.0.0.1:4001,http://127.0.0.1:2379',
    help: 'The etcd servers, separated by commas.',
    parse: endpoints,
  }),
  etcdPrefix: value({
    name: 'etcd-prefix',
    commands: ['run', 'cleanup'],
    value: '<key>',
    environment: 'FLANNELD_ETCD_PREFIX',
    default: '/coreos.com/network',
    help: "Where the network's configuration and leases are in etcd.",
    parse: keyPrefix,
  }),
  iface: value({
    name: 'iface',
    commands: ['run'],
    value: '<name|address>',
    environment: 'FLANNELD_IFACE',
    default: '',
    defaultInWords: 'the owner of --public-ip, else the interface of the default route',
    help: 'The interface that carries the tunnel. Can be repeated: the first that exists is taken.',
    parse: deviceOrAddress,
  }),
  publicIp: value({
    name: 'public-ip',
    commands: ['run'],
    value: '<address>',
    environment: 'FLANNELD_PUBLIC_IP',
    default: '',
    defaultInWords: 'the address of the interface',
    help: 'The IPv4 address at which other hosts reach this one.',
    parse: optional(publicAddress),
  }),
  subnetFile: value({
    name: 'subnet-file',
    commands: ['run', 'cleanup'],
    value: '<path>',
    environment: 'FLANNELD_SUBNET_FILE',
    default: '/run/flannel/subnet.env',
    help: "The file that tells other programs this host's subnet and MTU.",
    parse: path,
  }),
  renewMargin: value({
    name: 'subnet-lease-renew-margin',
    commands: ['run'],
    value: '<minutes>',
    environment: 'FLANNELD_SUBNET_LEASE_RENEW_MARGIN',
    default: '60',
    help: 'How long before its end the lease is renewed: 1 to 1439 minutes.',
    parse: integer(1, 1439),
  }),
  healthzIp: value({
    name: 'healthz-ip',
    commands: ['run'],
    value: '<address>',
    environment: 'FLANNELD_HEALTHZ_IP',
    default: '0.0.0.0',
    help: 'The address on which /healthz and /readyz are served.',
    parse: listenAddress,
  }),
  healthzPort: value({
    name: 'healthz-port',
    commands: ['run'],
    value: '<port>',
    environment: 'FLANNELD_HEALTHZ_PORT',
    default: '0',
    defaultInWords: '0, which serves neither',
    help: 'The TCP port on which /healthz and /readyz are served.',
    parse: integer(0, 65_535),
  }),
  controlSocket: value({
    name: 'control-socket',
    commands: ['run', 'cleanup', 'stats'],
    value: '<path>',
    environment: 'L3MISSD_CONTROL_SOCKET',
    default: '/run/l3missd/control.sock',
    help: 'The unix socket on which the daemon answers "l3missd stats".',
    parse: socketPath,
  }),
  idleTimeout: value({
    name: 'idle-timeout',
    commands: ['run'],
    value: '<duration>',
    environment: 'L3MISSD_IDLE_TIMEOUT',
    default: '10m',
    help: 'A neighbour without traffic goes after one to two times this; 0 for never.',
    parse: duration,
  }),
  maxNeighbours: value({
    name: 'max-neighbours',
    commands: ['run'],
    value: '<number>',
    environment: 'L3MISSD_MAX_NEIGHBOURS',
    default: '32768',
    help: 'How many neighbours there may be before the longest idle make room: 1 to 1000000.',
    parse: integer(1, 1_000_000),
  }),
  removalHold: value({
    name: 'removal-hold',
    commands: ['run'],
    value: '<duration>',
    environment: 'L3MISSD_REMOVAL_HOLD',
    default: '60s',
    help: 'How long removals wait when half of the leases vanish at once; 0 for not at all.',
    parse: duration,
  }),
  programming: value({
    name: 'programming',
    commands: ['run'],
    value: '<mode>',
    environment: 'L3MISSD_PROGRAMMING',
    default: 'lazy',
    help: 'When entries are installed: lazy, per address with its first packet; lazy-subnet, per remote host with the first packet; eager, with each lease.',
    parse: oneOf(MODE_NAMES),
  }),
  fdb: value({
    name: 'fdb',
    commands: ['run'],
    value: '<when>',
    environment: 'L3MISSD_FDB',
    default: 'static',
    help: 'When --programming lazy installs forwarding entries: static, with each lease, or on-demand, with the first neighbour behind it.',
    parse: oneOf(['static', 'on-demand']),
  }),
  l3miss: onOff({
    name: 'l3miss',
    commands: ['run'],
    help: 'Accepted without effect: misses come from the neighbour table here, see docs/architecture.md.',
  }),
  logLevel: value({
    name: 'log-level',
    commands: ['run', 'cleanup', 'stats'],
    value: '<level>',
    environment: 'L3MISSD_LOG_LEVEL',
    default: 'info',
    help: 'The least severe entries that are logged: debug, info, warn or error.',
    parse: oneOf(['debug', 'info', 'warn', 'error']),
  }),
  logFormat: value({
    name: 'log-format',
    commands: ['run', 'cleanup'],
    value: '<format>',
    environment: 'L3MISSD_LOG_FORMAT',
    default: '',
    defaultInWords: 'json; text when stderr is a terminal',
    help: 'What an entry of the log (on stderr) looks like: json or text.',
    parse: optional(oneOf(['json', 'text'])),
  }),
  version: onOff({ name: 'version', commands: ['run'], help: 'Print the version on stderr and exit.' }),
  release: onOff({
    name: 'release',
    commands: ['cleanup'],
    help: "Also delete this host's lease, so that another host can have the subnet.",
  }),
  json: onOff({ name: 'json', commands: ['stats'], help: 'Print JSON instead of text.' }),
} as const;

export type AnyOption = (typeof options)[keyof typeof options];

export function optionsOf(command: CommandName): AnyOption[] {
  return Object.values(options).filter((option) => option.commands.some((name) => name === command));
}
