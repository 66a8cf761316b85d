import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatIpv4 } from '../../src/net/ipv4.ts';
import { call } from './fake-surroundings.ts';

const defaults = {
  etcdEndpoints: ['http://127.0.0.1:4001', 'http://127.0.0.1:2379'],
  etcdPrefix: '/coreos.com/network',
  ifaces: [],
  subnetFile: '/run/flannel/subnet.env',
  renewMarginMinutes: 60,
  healthzIp: '0.0.0.0',
  healthzPort: 0,
  controlSocket: '/run/l3missd/control.sock',
  idleTimeoutMs: 600_000,
  maximumNeighbours: 32_768,
  missBufferBytes: 268_435_456,
  journalEntries: 10_000,
  removalHoldMs: 60_000,
  programming: 'lazy',
  fdb: 'static',
  logLevel: 'info',
  logFormat: 'json',
  warnings: [],
};

describe('options of run', () => {
  it("has flannel's defaults, with the command and without", async () => {
    for (const args of [[], ['run']]) {
      const { code, run, err, out } = await call(args);
      assert.deepEqual(run, [defaults]);
      assert.deepEqual([code, err, out], [0, '', '']);
    }
  });

  it('takes every option from the command line', async () => {
    const { run } = await call([
      ...['-etcd-endpoints', 'http://10.0.0.1:2379, http://[::1]:2379/', '--etcd-prefix=/a//b/'],
      ...['-iface=eth0', '--iface', '10.0.0.5', '-public-ip', '10.0.0.9', '-subnet-file=/x/y'],
      ...['-subnet-lease-renew-margin', '1439', '-healthz-ip', '::1', '-healthz-port=10248'],
      ...['-control-socket', '/x/c.sock', '-log-level', 'debug', '-log-format=text'],
      ...[
        '-idle-timeout',
        '1h30m',
        '-max-neighbours=1',
        '-miss-buffer=8192',
        '-journal-entries=7',
        '-status-address',
        '[::1]:9477',
        '-removal-hold',
        '0',
        '-programming=lazy',
        '-fdb=on-demand',
        '-l3miss',
      ],
    ]);
    assert.deepEqual(run, [
      {
        etcdEndpoints: ['http://10.0.0.1:2379', 'http://[::1]:2379'],
        etcdPrefix: '/a/b',
        ifaces: ['eth0', '10.0.0.5'],
        publicIp: 0x0a000009,
        subnetFile: '/x/y',
        renewMarginMinutes: 1439,
        healthzIp: '::1',
        healthzPort: 10248,
        controlSocket: '/x/c.sock',
        idleTimeoutMs: 5_400_000,
        maximumNeighbours: 1,
        missBufferBytes: 8192,
        journalEntries: 7,
        statusAddress: { ip: '::1', port: 9477 },
        removalHoldMs: 0,
        programming: 'lazy',
        fdb: 'on-demand',
        logLevel: 'debug',
        logFormat: 'text',
        warnings: [],
      },
    ]);
  });

  it('takes every option from the environment', async () => {
    const { run } = await call([], {
      environment: {
        FLANNELD_ETCD_ENDPOINTS: 'http://10.0.0.1:2379',
        FLANNELD_ETCD_PREFIX: '/a',
        FLANNELD_IFACE: 'eth0',
        FLANNELD_PUBLIC_IP: '10.0.0.9',
        FLANNELD_SUBNET_FILE: '/x/y',
        FLANNELD_SUBNET_LEASE_RENEW_MARGIN: '1',
        FLANNELD_HEALTHZ_IP: '127.0.0.1',
        FLANNELD_HEALTHZ_PORT: '1',
        L3MISSD_CONTROL_SOCKET: '/x/c.sock',
        L3MISSD_IDLE_TIMEOUT: '250ms',
        L3MISSD_MAX_NEIGHBOURS: '1000000',
        L3MISSD_MISS_BUFFER: '1073741824',
        L3MISSD_JOURNAL_ENTRIES: '100000',
        L3MISSD_STATUS_ADDRESS: 'localhost:1',
        L3MISSD_REMOVAL_HOLD: '2m',
        L3MISSD_PROGRAMMING: 'lazy',
        L3MISSD_FDB: 'on-demand',
        L3MISSD_LOG_LEVEL: 'warn',
        L3MISSD_LOG_FORMAT: 'text',
      },
    });
    assert.deepEqual(run, [
      {
        etcdEndpoints: ['http://10.0.0.1:2379'],
        etcdPrefix: '/a',
        ifaces: ['eth0'],
        publicIp: 0x0a000009,
        subnetFile: '/x/y',
        renewMarginMinutes: 1,
        healthzIp: '127.0.0.1',
        healthzPort: 1,
        controlSocket: '/x/c.sock',
        idleTimeoutMs: 250,
        maximumNeighbours: 1_000_000,
        missBufferBytes: 1_073_741_824,
        journalEntries: 100_000,
        statusAddress: { ip: '127.0.0.1', port: 1 },
        removalHoldMs: 120_000,
        programming: 'lazy',
        fdb: 'on-demand',
        logLevel: 'warn',
        logFormat: 'text',
        warnings: [],
      },
    ]);
  });

  it('lets the command line win, even with an empty value, and not look at the variable', async () => {
    const environment = {
      FLANNELD_IFACE: 'eth9',
      FLANNELD_PUBLIC_IP: 'nonsense',
      FLANNELD_HEALTHZ_PORT: '99999',
    };
    const { run } = await call(['-iface', 'eth0', '-public-ip=', '-healthz-port=5'], { environment });
    assert.deepEqual(run, [{ ...defaults, ifaces: ['eth0'], healthzPort: 5 }]);
  });

  it('counts an empty variable as unset', async () => {
    const { run } = await call([], { environment: { FLANNELD_IFACE: '', FLANNELD_HEALTHZ_PORT: '' } });
    assert.deepEqual(run, [defaults]);
  });

  it('takes the last of an option that is not repeatable', async () => {
    const { run } = await call(['-public-ip', '10.0.0.1', '-public-ip', '10.0.0.2']);
    assert.equal(formatIpv4(run[0]?.publicIp ?? 0), '10.0.0.2');
  });

  it('logs text to a terminal unless told otherwise', async () => {
    assert.equal((await call([], { stderrIsTerminal: true })).run[0]?.logFormat, 'text');
    assert.equal((await call(['-log-format=json'], { stderrIsTerminal: true })).run[0]?.logFormat, 'json');
  });

  it('prints the version on stderr before it looks at the environment', async () => {
    for (const args of [['-version'], ['--version=true'], ['run', '--version', '-healthz-port=5']]) {
      const { code, out, err, run } = await call(args, { environment: { FLANNELD_HEALTHZ_PORT: 'x' } });
      assert.deepEqual([code, out, err, run], [0, '', 'l3missd 1.2.3\n', []]);
    }
    assert.equal((await call(['-version=false'])).run.length, 1);
  });
});

describe("flannel's other options", () => {
  it("takes flannel's defaults, and any klog verbosity, in silence", async () => {
    const { code, run, err } = await call([
      ...[
        '-ip-masq=false',
        '-kube-subnet-mgr=F',
        '-iptables-forward-rules',
        '-iptables-resync',
        '5',
        '-v',
        '10',
      ],
      ...[
        '-etcd-cafile=',
        '-kube-annotation-prefix=flannel.alpha.coreos.com',
        '-set-node-network-unavailable=1',
      ],
    ]);
    assert.deepEqual([code, err, run], [0, '', [defaults]]);
  });

  for (const args of [
    ['-ip-masq'],
    ['-ip-masq=1'],
    ['-kube-subnet-mgr'],
    ['-iptables-forward-rules=false'],
    ['-iface-regex', 'eth.*'],
    ['-iface-can-reach=10.0.0.1'],
    ['-public-ipv6', '::1'],
    ['-etcd-cafile', '/ca'],
    ['-vmodule=x=1'],
  ]) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, err, run } = await call(args);
      assert.equal(code, 2);
      assert.match(err, /^l3missd: --[a-z0-9-]+: flannel's option, not served by l3missd; allowed: .+\n$/);
      assert.deepEqual(run, []);
    });
  }

  it('refuses a password without showing it', async () => {
    const { code, err } = await call(['-etcd-password=hunter2']);
    assert.equal(code, 2);
    assert.match(err, /--etcd-password/);
    assert.doesNotMatch(err, /hunter2/);
  });

  it('only warns about them in the environment', async () => {
    const { code, run } = await call([], {
      environment: {
        FLANNELD_IP_MASQ: 'true',
        FLANNELD_ETCD_PASSWORD: 'hunter2',
        FLANNELD_KUBE_SUBNET_MGR: 'false',
        FLANNELD_V: '4',
        FLANNELD_IFACE_REGEX: '',
      },
    });
    assert.equal(code, 0);
    assert.deepEqual(run[0]?.warnings, [
      "FLANNELD_ETCD_PASSWORD is ignored: it sets flannel's option, not served by l3missd",
      "FLANNELD_IP_MASQ is ignored: it sets flannel's option, not served by l3missd",
    ]);
  });
});

describe('the other commands', () => {
  it('cleanup has its defaults and options', async () => {
    const plain = await call(['cleanup']);
    assert.deepEqual(plain.cleanup, [
      {
        etcdEndpoints: defaults.etcdEndpoints,
        etcdPrefix: defaults.etcdPrefix,
        subnetFile: defaults.subnetFile,
        controlSocket: defaults.controlSocket,
        release: false,
        logLevel: 'info',
        logFormat: 'json',
      },
    ]);
    const other = await call(['cleanup', '-release', '-subnet-file', '/x']);
    assert.deepEqual([other.cleanup[0]?.release, other.cleanup[0]?.subnetFile], [true, '/x']);
  });

  it('stats has its defaults and options', async () => {
    const plain = await call(['stats']);
    const told = { controlSocket: defaults.controlSocket, logLevel: 'info', version: '1.2.3' };
    assert.deepEqual(plain.stats, [{ ...told, json: false, watch: false }]);
    const other = await call(['stats', '--json', '-watch'], {
      environment: { L3MISSD_CONTROL_SOCKET: '/x' },
    });
    assert.deepEqual(other.stats, [{ ...told, controlSocket: '/x', json: true, watch: true }]);
  });

  it('compare has its defaults and options', async () => {
    const plain = {
      modes: ['lazy', 'lazy-subnet', 'eager'],
      peers: [],
      nodes: [10, 100, 1000],
      active: [0.01, 0.1, 1],
      podsPerNode: 20,
      rounds: 5,
      logLevel: 'info',
    };
    assert.deepEqual((await call(['compare'])).compare, [plain]);
    const other = await call([
      ...['compare', '-modes', 'eager, lazy', '-nodes=5000', '-active', '12.5%', '-pods-per-node', '3'],
      ...['-peer', 'flannel=FOO=1 flanneld -v 2', '-peer=old=./old', '-rounds', '1'],
      ...['-json', 'a.json', '-html', 'a.html', '-from=b.json', '-log-level=debug'],
    ]);
    assert.deepEqual(other.compare, [
      {
        modes: ['eager', 'lazy'],
        peers: [
          { name: 'flannel', command: 'FOO=1 flanneld -v 2' },
          { name: 'old', command: './old' },
        ],
        nodes: [5000],
        active: [0.125],
        podsPerNode: 3,
        rounds: 1,
        json: 'a.json',
        html: 'a.html',
        from: 'b.json',
        logLevel: 'debug',
      },
    ]);
  });
});
