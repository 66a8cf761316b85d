import { UsageFault } from './usage-fault.ts';

/** An option of flannel that l3missd knows and does not serve. */
export interface FlannelOption {
  readonly name: string;
  readonly kind: 'boolean' | 'text';
  /** With this value the option changes nothing, so it is taken in silence. */
  readonly default: string;
  /** Values that change nothing either. */
  readonly harmless?: RegExp;
}

const text = (name: string, byDefault = ''): FlannelOption => ({ name, kind: 'text', default: byDefault });
const boolean = (name: string, byDefault: 'true' | 'false'): FlannelOption => ({
  name,
  kind: 'boolean',
  default: byDefault,
});

/** The rest of flannel's options (main.go at HEAD, and those of its log library, klog) with their defaults. */
export const flannelOptions: readonly FlannelOption[] = [
  text('etcd-keyfile'),
  text('etcd-certfile'),
  text('etcd-cafile'),
  text('etcd-username'),
  text('etcd-password'),
  text('iface-regex'),
  text('iface-can-reach'),
  text('public-ipv6'),
  boolean('ip-masq', 'false'),
  boolean('ip-masq-fully-random-disable', 'false'),
  boolean('kube-subnet-mgr', 'false'),
  text('kube-api-url'),
  text('kubeconfig-file'),
  text('kube-annotation-prefix', 'flannel.alpha.coreos.com'),
  text('iptables-resync', '5'),
  boolean('iptables-forward-rules', 'true'),
  boolean('ip-blackhole-route', 'false'),
  text('net-config-path', '/etc/kube-flannel/net-conf.json'),
  boolean('set-node-network-unavailable', 'true'),
  { ...text('v', '0'), harmless: /^\d+$/ },
  text('vmodule'),
  text('log_backtrace_at', ':0'),
];

/** @throws UsageFault unless the value changes nothing. It is not shown: it may be a password. */
export function refuseUnlessHarmless(option: FlannelOption, value: string): void {
  if (!isHarmless(option, value)) {
    throw new UsageFault(`--${option.name}`, "flannel's option, not served by l3missd", allowedOf(option));
  }
}

/** One sentence for each variable that would set such an option: unlike an argument it stops nothing. */
export function environmentWarnings(environment: NodeJS.ProcessEnv): string[] {
  return flannelOptions.flatMap((option) => {
    const variable = environmentName(option.name);
    const value = environment[variable] ?? '';
    return value === '' || isHarmless(option, value)
      ? []
      : [`${variable} is ignored: it sets flannel's option, not served by l3missd`];
  });
}

function environmentName(option: string): string {
  return `FLANNELD_${option.toUpperCase().replaceAll('-', '_')}`;
}

function isHarmless(option: FlannelOption, value: string): boolean {
  const plain = option.kind === 'boolean' ? String(parseBoolean(value) ?? value) : value;
  return plain === option.default || option.harmless?.test(plain) === true;
}

function allowedOf(option: FlannelOption): string {
  if (option.harmless !== undefined) {
    return 'a whole number';
  }
  return option.default === '' ? 'leaving it out' : `leaving it out, or ${option.default}`;
}

/** The words that Go's strconv.ParseBool takes; undefined for any other. */
export function parseBoolean(word: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(word)) {
    return true;
  }
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(word) ? false : undefined;
}
