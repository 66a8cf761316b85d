import { listLinks } from '../../kernel/links.ts';
import { VXLAN_OVERHEAD } from '../../overlay/device.ts';
import type { Remedy } from '../../status/finding.ts';
import type { Check, Ground } from '../ground.ts';
import { bad, command, good, NO_TUNNEL } from '../outcome.ts';
import { configuredMtu, smallerMtu } from '../smaller-mtu.ts';

/** The tunnel's packets have to fit the interface that carries them, with the tunnel's headers. */
export const deviceMtu: Check = {
  name: 'device MTU',
  look: async (ground) => {
    const { tunnel } = ground.standing;
    const links = listLinks(ground.kernel);
    const device = links.find(({ ifindex }) => ifindex === tunnel?.device.ifindex);
    const underlay = links.find(({ ifindex }) => ifindex === tunnel?.plan.underlayIfindex);
    if (device === undefined || underlay === undefined) {
      return NO_TUNNEL;
    }
    const needed = device.mtu + VXLAN_OVERHEAD;
    const fact = `the MTU of ${device.name} is ${device.mtu}, for which ${underlay.name} needs ${needed}`;
    return needed <= underlay.mtu
      ? good(`${fact} and has ${underlay.mtu}`)
      : bad(
          `${fact} and has ${underlay.mtu}: full packets are cut in two or lost`,
          await narrower(ground, underlay.mtu),
        );
  },
};

/** A restart makes the tunnel fit, and ends for good where the network config insists on more. */
async function narrower(ground: Ground, mtu: number): Promise<Remedy> {
  return ((await configuredMtu(ground)) ?? 0) > mtu
    ? smallerMtu(mtu, ground)
    : command('systemctl restart l3missd', 'which makes the tunnel fit; then start the containers anew');
}
