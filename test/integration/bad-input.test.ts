import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BackgroundProcess } from '../../src/lab/background-process.ts';
import { builtProgram } from '../../src/lab/daemon.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';

const CONFIG_KEY = '/coreos.com/network/config';

describe('bad input', { skip: labSkipReason() }, () => {
  const lab = labForSuite({ hosts: 1, networkConfig: null });

  /** Runs the daemon to its end and gives its exit status and what stderr says of its failure. */
  async function run(...args: string[]): Promise<{ status: number; line: string }> {
    const { folder, namespace } = lab().host(1);
    const own = ['--etcd-endpoints', lab().etcd.endpoint, '--subnet-file', join(folder, 'subnet.env')];
    const sockets = ['--control-socket', join(folder, 'control.sock'), '--log-format', 'json'];
    const [program = '', ...rest] = [...builtProgram(), 'run', ...own, ...sockets, ...args];
    const { status, stderr, stdout } = await namespace.attempt(program, rest, { timeout: 20_000 });
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /^\s+at /m, 'no stack trace');
    const lines = stderr.trimEnd().split('\n');
    // What was under way when it failed may still say so behind it.
    const failures = lines.filter((line) => /"level":"(error|fatal)"/.test(line));
    assert.ok(failures.length <= 1, stderr);
    return { status, line: failures.at(-1) ?? lines.at(-1) ?? '' };
  }

  async function refused(args: string[], status: number, ...mentioned: RegExp[]): Promise<void> {
    const outcome = await run(...args);
    for (const what of mentioned) {
      assert.match(outcome.line, what);
    }
    assert.equal(outcome.status, status, outcome.line);
  }

  it('usage errors exit 2', async () => {
    await refused(['--healthz-port', 'http'], 2, /healthz-port/, /"?http"?/, /65535/);
    await refused(['--subnet-lease-renew-margin', '1440'], 2, /subnet-lease-renew-margin/, /1440/, /1439/);
    await refused(['-no-such-option'], 2, /no-such-option/);
  });

  it('an interface that does not exist, or has no address, exits 1', async () => {
    await refused(['--iface', 'eth9'], 1, /iface/, /eth9/, /eth0/);
    await lab().host(1).namespace.configure('link add bare type bridge');
    await refused(['--iface', 'bare'], 1, /bare has no IPv4 address/);
    await refused(['--public-ip', '10.99.0.200'], 1, /public-ip/, /10\.99\.0\.200/);
  });

  it('the tunnel itself as the interface that carries it exits 1 and leaves it as it was', async () => {
    await lab().etcd.put(CONFIG_KEY, '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan","VNI":9}}');
    const { namespace } = lab().host(1);
    await namespace.configure(
      'link add flannel.9 type vxlan id 9 dev eth0 dstport 8472 nolearning',
      'address add 10.5.3.0/32 dev flannel.9',
    );
    await refused(['--iface', 'flannel.9'], 1, /iface/, /flannel\.9 is the tunnel itself/);
    await namespace.configure('link show flannel.9', 'link del flannel.9');
  });

  it('an MTU above that of the underlay, and a UDP port that is taken, exit 1', async () => {
    await lab().etcd.put(CONFIG_KEY, '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan","MTU":9000}}');
    await refused(['--iface', 'eth0'], 1, /Backend\.MTU/, /9000/, /1500/);
    await lab().etcd.put(CONFIG_KEY, '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan","Port":5555}}');
    const { namespace } = lab().host(1);
    const script = "require('dgram').createSocket('udp4').bind(5555, () => console.log('bound'))";
    const holder = await BackgroundProcess.start({
      namespace,
      outlive: false,
      command: [process.execPath, '-e', script],
      logFile: join(lab().host(1).folder, 'holder.log'),
    });
    await waitUntil('the port to be taken', () => holder.lastLines().includes('bound'));
    await refused(['--iface', 'eth0'], 1, /UDP port 5555/, /in use/);
    await holder.stop();
    await namespace.configure('link del flannel.1');
  });

  it('a subnet file that is a device, a folder or nowhere exits 1 before anything is made', async () => {
    for (const path of ['/dev/null', '/tmp', '/proc/nowhere/subnet.env']) {
      await refused(['--iface', 'eth0', '--subnet-file', path], 1, new RegExp(path));
    }
    assert.ok(statSync('/dev/null').isCharacterDevice());
    assert.equal((await lab().host(1).namespace.attempt('ip', ['link', 'show', 'flannel.1'])).status, 1);
  });

  it('a log that cannot be written ends nothing', async () => {
    const { daemon, namespace } = lab().host(1);
    await lab().etcd.put(CONFIG_KEY, '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan"}}');
    const own = [
      '--etcd-endpoints',
      lab().etcd.endpoint,
      '--iface',
      'eth0',
      '--subnet-file',
      daemon.subnetFile,
    ];
    const program = [...builtProgram(), 'run', ...own, '--control-socket', daemon.controlSocket].join(' ');
    const deaf = await BackgroundProcess.start({
      namespace,
      outlive: false,
      command: ['sh', '-c', `exec ${program} 2>/dev/full`],
      logFile: join(lab().host(1).folder, 'deaf.log'),
    });
    await waitUntil('it to be ready', async () => (await daemon.statistics()).ready);
    assert.deepEqual(await deaf.stop(), { status: 0, signal: null });
    await namespace.configure('link del flannel.1');
  });

  it('a config that is not JSON, breaks a rule or asks for another backend exits 1', async () => {
    const iface = ['--iface', 'eth0'];
    for (const [value, ...mentioned] of [
      ['{"Network":', /JSON/],
      ['{"Network":"10.5.0.0/33"}', /Network/, /10\.5\.0\.0\/33/],
      ['{"Network":"10.5.0.0/16","SubnetLen":31}', /SubnetLen/, /31/],
      ['{"Network":"10.5.0.0/16","Backend":{"Type":"host-gw"}}', /Type/, /host-gw/, /vxlan/],
    ] as [string, ...RegExp[]][]) {
      await lab().etcd.put(CONFIG_KEY, value);
      await refused(iface, 1, /\/coreos\.com\/network\/config/, ...mentioned);
    }
  });

  it('a VNI and port that another device owns exit 1 and name it', async () => {
    await lab().etcd.put(CONFIG_KEY, '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan","VNI":7}}');
    await lab().host(1).namespace.configure('link add mine type vxlan id 7 dev eth0 dstport 8472');
    await refused(['--iface', 'eth0'], 1, /VNI 7/, /8472/, /mine/);
    await lab().host(1).namespace.configure('link del mine');
  });

  it('another kind of device under our name exits 1 and leaves it alone', async () => {
    await lab().host(1).namespace.configure('link add flannel.7 type bridge');
    await refused(['--iface', 'eth0'], 1, /flannel\.7/, /bridge/);
    await lab().host(1).namespace.configure('link show flannel.7', 'link del flannel.7');
  });

  it('no free subnet exits 1', async () => {
    const config = '{"Network":"10.6.0.0/22","SubnetLen":24,"Backend":{"Type":"vxlan"}}';
    await lab().etcd.put(CONFIG_KEY, config);
    for (const third of [1, 2, 3]) {
      await lab().etcd.put(`/coreos.com/network/subnets/10.6.${third}.0-24`, '{"PublicIP":"10.99.0.99"}');
    }
    await refused(['--iface', 'eth0'], 1, /no free subnet|free/, /10\.6\./);
  });

  it('a subnet file that cannot be written exits 1', async () => {
    await lab().etcd.put(CONFIG_KEY, '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan"}}');
    const file = join(lab().host(1).folder, 'a-file');
    writeFileSync(file, '');
    await refused(['--iface', 'eth0', '--subnet-file', join(file, 'subnet.env')], 1, /a-file\/subnet\.env/);
  });

  it('no CAP_NET_ADMIN exits 1 and names it', async () => {
    const { folder, namespace } = lab().host(1);
    mkdirSync(join(folder, 'open'), { mode: 0o777, recursive: true });
    const args = [
      'run',
      '--iface',
      'eth0',
      '--control-socket',
      join(folder, 'open', 'c.sock'),
      '--log-format',
      'json',
    ];
    const { status, stderr } = await namespace.attempt('setpriv', [
      '--bounding-set',
      '-net_admin',
      '--inh-caps',
      '-net_admin',
      ...builtProgram(),
      ...args,
    ]);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /CAP_NET_ADMIN/);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  });

  it('an absent config and an unreachable etcd are waited for, said each time', async () => {
    const { daemon } = lab().host(1);
    await lab().etcd.delete(CONFIG_KEY);
    await daemon.launch();
    const said = async () => (await waits(lab())) >= 2;
    await waitUntil('two lines about the absent config', said);
    assert.ok(daemon.process.running);
    await lab().etcd.stop();
    const before = await waits(lab());
    await waitUntil('lines about the unreachable etcd', async () => (await waits(lab())) >= before + 2);
    await lab().etcd.start();
    await lab().etcd.put(CONFIG_KEY, '{"Network":"10.5.0.0/16"}');
    await daemon.waitUntilReady();
    const log = await lab().host(1).namespace.run('cat', daemon.logFile);
    assert.match(log, /udp/, 'a config without Backend is taken as vxlan with a warning');
  });
});

async function waits(lab: Lab): Promise<number> {
  const log = await lab.host(1).namespace.run('cat', lab.host(1).daemon.logFile);
  return log.split('waiting for the network config').length - 1;
}
