import { listLinks } from '../../kernel/links.ts';
import { VXLAN_OVERHEAD } from '../../overlay/device.ts';
import type { Check } from '../ground.ts';
import { bad, command, good, NO_TUNNEL } from '../outcome.ts';

/** The tunnel's packets have to fit the interface that carries them, with the tunnel's headers. */
export const deviceMtu: Check = {
  name: 'device MTU',
  look: ({ kernel, standing: { tunnel } }) => {
    const links = listLinks(kernel);
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
          command(
            'systemctl restart l3missd',
            'which makes the tunnel fit, unless Backend.MTU of the network config says otherwise; then start the containers anew',
          ),
        );
  },
};
