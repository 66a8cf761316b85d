import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

/**
 * A program of somebody else's for the comparison: it takes flannel's options and programs like flannel since v0.9, one
 * route, neighbour and forwarding entry per lease, with the `ip` and `bridge` programs. In front of flannel's options it
 * takes one word: `--broken` leaves every lease but the first out, `--silent` prints a line and does nothing more,
 * `--fails` prints two lines and ends, `--stops` ends as soon as it has programmed the leases.
 */
const [, , ...args] = process.argv;

function option(name: string): string {
  return args.find((arg) => arg.startsWith(`-${name}=`))?.replace(/^[^=]*=/, '') ?? '';
}

const ways = ['--broken', '--silent', '--fails', '--stops'];
const way = ways.find((one) => args[0] === one) ?? '';
const prefix = option('etcd-prefix');

const answer = z.object({
  kvs: z.array(z.object({ key: z.string(), value: z.string() })).default([]),
});
const leaseValue = z.object({ PublicIP: z.string(), BackendData: z.object({ VtepMAC: z.string() }) });
const config = z.object({ Network: z.string(), SubnetMin: z.string() });

const encode = (text: string) => Buffer.from(text).toString('base64');
const decode = (text: string) => Buffer.from(text, 'base64').toString();

async function ask(path: string, body: object): Promise<Map<string, string>> {
  const reply = await fetch(`${option('etcd-endpoints')}/v3/kv/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  const { kvs } = answer.parse(await reply.json());
  return new Map(kvs.map(({ key, value }) => [decode(key), decode(value)]));
}

async function leases(own: string): Promise<Map<string, string>> {
  const key = `${prefix}/subnets/`;
  const all = await ask('range', { key: encode(key), range_end: encode(`${prefix}/subnets0`) });
  all.delete(`${key}${own}`);
  return new Map([...all].slice(0, way === '--broken' ? 1 : all.size));
}

function batch(command: string, lines: readonly string[]): void {
  if (lines.length > 0) {
    execFileSync(command, ['-force', '-batch', '-'], { input: `${lines.join('\n')}\n`, stdio: 'pipe' });
  }
}

function program(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
  const gone = [...before].filter(([key, value]) => after.get(key) !== value).map(partsOf);
  const here = [...after].filter(([key, value]) => before.get(key) !== value).map(partsOf);
  const stays = (subnet: string) => here.some((one) => one.subnet === subnet);
  const entry = ({ mac, publicIp }: Parts) => `${mac} dev flannel.1 dst ${publicIp}`;
  batch(
    'ip',
    gone
      .filter(({ subnet }) => !stays(subnet))
      .flatMap(({ subnet }) => [
        `route del ${subnet}/24 dev flannel.1`,
        `neighbour del ${subnet} dev flannel.1`,
      ]),
  );
  batch(
    'bridge',
    gone.map((parts) => `fdb del ${entry(parts)}`),
  );
  batch(
    'bridge',
    here.map((parts) => `fdb replace ${entry(parts)} self permanent`),
  );
  batch(
    'ip',
    here.flatMap(({ subnet, mac }) => [
      `neighbour replace ${subnet} lladdr ${mac} dev flannel.1 nud permanent`,
      `route replace ${subnet}/24 via ${subnet} dev flannel.1 onlink`,
    ]),
  );
}

interface Parts {
  readonly subnet: string;
  readonly mac: string;
  readonly publicIp: string;
}

function partsOf([key, value]: readonly [string, string]): Parts {
  const { PublicIP, BackendData } = leaseValue.parse(JSON.parse(value));
  return {
    subnet: key.replace(/^.*\//, '').replace(/-24$/, ''),
    mac: BackendData.VtepMAC,
    publicIp: PublicIP,
  };
}

if (way === '--fails') {
  process.stderr.write('one line of mine\nand that is my last one\n');
  process.exit(3);
}
if (way === '--silent') {
  process.stderr.write('waiting for better times\n');
  await setTimeout(2 ** 31 - 1);
}
const found = await ask('range', { key: encode(`${prefix}/config`) });
const { Network, SubnetMin } = config.parse(JSON.parse(found.get(`${prefix}/config`) ?? '{}'));
const gateway = SubnetMin.replace(/\.0$/, '.1/24');
execFileSync('ip', 'link add flannel.1 type vxlan id 1 dev eth0 dstport 8472 nolearning'.split(' '));
batch('ip', [`address add ${SubnetMin}/32 dev flannel.1`, 'link set flannel.1 up']);
writeFileSync(
  option('subnet-file'),
  `FLANNEL_NETWORK=${Network}\nFLANNEL_SUBNET=${gateway}\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=false\n`,
);
let known = new Map<string, string>();
for (;;) {
  const now = await leases(`${SubnetMin}-24`);
  program(known, now);
  known = now;
  if (way === '--stops') {
    process.exit(4);
  }
  await setTimeout(100);
}
