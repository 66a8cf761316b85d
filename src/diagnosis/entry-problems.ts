import { formatIpv4 } from '../net/ipv4.ts';
import { NUD_FAILED, NUD_INCOMPLETE } from '../netlink/constants.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';
import type { Remedy } from '../status/finding.ts';
import { formatNeighbourState } from './neighbour-state.ts';
import { command } from './outcome.ts';
import { forwardsOnDemand } from './standing.ts';
import type { Problem, RemoteStory } from './story.ts';

/** What is wrong with the neighbour and the forwarding entry of an address whose packets leave by the tunnel. */
export function entryProblems(story: RemoteStory): Problem[] {
  if (!story.view.isTunnelled) {
    return [];
  }
  const ofNeighbour = neighbourProblems(story);
  // That a wrong neighbour's MAC leads nowhere is no second problem.
  return ofNeighbour.length > 0 ? ofNeighbour : forwardingProblems(story);
}

function neighbourProblems(story: RemoteStory): Problem[] {
  const { view, lease, standing, tunnel } = story;
  const { neighbour } = view;
  const address = formatIpv4(view.nextHop);
  const remove = command(`ip neigh del ${address} dev ${tunnel.device.name}`);
  if (neighbour === undefined) {
    return view.route?.gateway === undefined
      ? []
      : [{ found: `the gateway ${address} of its route has no neighbour`, ...ownNeighbour(story) }];
  }
  const { state, mac, protocol } = neighbour;
  if (state === NUD_FAILED) {
    return [{ found: `the kernel has given ${address} up (FAILED), because nobody answered`, ...remove }];
  }
  if (mac === undefined) {
    return state === NUD_INCOMPLETE && !standing.listed
      ? []
      : [{ found: `${address} waits for an answer (${formatNeighbourState(state)})`, ...WHO_ANSWERS }];
  }
  if (mac !== lease.mac) {
    return [{ found: `${address} has the MAC ${mac} instead of ${lease.mac}`, ...ownNeighbour(story) }];
  }
  return protocol === OWN_PROTOCOL
    ? []
    : [{ found: `the neighbour ${address} is not the agent's: nobody looks after it`, ...remove }];
}

const WHO_ANSWERS = command('l3missd doctor', 'its last finding says whether the agent answers');

function ownNeighbour({ view, lease, tunnel }: RemoteStory): Remedy {
  const entry = `${formatIpv4(view.nextHop)} lladdr ${lease.mac} dev ${tunnel.device.name}`;
  return command(`ip neigh replace ${entry} nud permanent protocol ${OWN_PROTOCOL}`);
}

function forwardingProblems({ view, lease, standing, tunnel }: RemoteStory): Problem[] {
  const { forwarding, neighbour } = view;
  const owner = formatIpv4(lease.publicIp);
  const mend = command(
    `bridge fdb replace ${lease.mac} dev ${tunnel.device.name} dst ${owner} self permanent`,
  );
  if (forwarding === undefined) {
    return neighbour === undefined && forwardsOnDemand(standing)
      ? []
      : [{ found: `${lease.mac} has no forwarding entry: its frames are dropped`, ...mend }];
  }
  if (forwarding.endpoint === lease.publicIp) {
    return [];
  }
  const endpoint = forwarding.endpoint === undefined ? 'elsewhere' : `to ${formatIpv4(forwarding.endpoint)}`;
  return [{ found: `frames to ${lease.mac} go ${endpoint} instead of to ${owner}`, ...mend }];
}
