import { formatIpv4 } from '../../net/ipv4.ts';
import type { Check } from '../ground.ts';
import { judgeReach } from '../judge-reach.ts';
import { bad, command, doubtful, good, type Outcome, unknown } from '../outcome.ts';
import type { Reach } from '../reach.ts';

/** How many hosts are named. */
const NAMED = 3;

/** Whether the tunnel's datagrams reach other hosts, and their answers this one. */
export const udpPort: Check = {
  name: 'UDP port',
  look: (ground) => judgeReach(ground, (reached, { port, local }) => judge(reached, port, formatIpv4(local))),
};

/** An answer proves more than any refusal, which may be an old one. */
function judge(reached: readonly Reach[], port: number, own: string): Outcome {
  const silent = reached.filter(({ largest }) => largest === 0);
  const refused = silent.find(({ refusal }) => refusal !== undefined);
  const [first] = silent;
  if (refused?.refusal !== undefined) {
    const address = formatIpv4(refused.lease.publicIp);
    return refused.refusal === 'ECONNREFUSED'
      ? bad(
          `nobody listens on UDP port ${port} of ${address}`,
          command('systemctl restart l3missd', `on ${address}`),
        )
      : bad(
          `${address} cannot be reached (${refused.refusal})`,
          command(`ip route get ${address}`, 'it says which way packets to it take'),
        );
  }
  if (first !== undefined) {
    const names = silent.slice(0, NAMED).map(({ lease }) => formatIpv4(lease.publicIp));
    const more = silent.length > NAMED ? ` and ${silent.length - NAMED} more` : '';
    const found = `${names.join(', ')}${more} neither answered a ping through the tunnel nor refused UDP port ${port}`;
    const mend = command(
      `iptables -I INPUT -p udp --dport ${port} -s ${own} -j ACCEPT`,
      `on ${names.join(', ')}, and with their addresses on this host, unless those hosts are down`,
    );
    // One host may be down; that all are is less likely than a firewall.
    return silent.length === reached.length && reached.length > 1
      ? doubtful(found, mend)
      : unknown(found, mend);
  }
  const count = reached.length;
  return good(`${count} of ${count} hosts that were tried answer through the tunnel, UDP port ${port}`);
}
