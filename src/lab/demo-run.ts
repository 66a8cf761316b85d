import type { Container } from './container.ts';
import type { Crossing, HostFindings } from './demo-tables.ts';
import type { Host } from './host.ts';
import { forwardingEntries, unicastNeighbours } from './kernel-view.ts';
import type { Lab } from './lab.ts';
import { ping } from './ping.ts';

/** Tells people what is about to be done. */
export type Progress = (what: string) => void;

const CONTAINERS_PER_HOST = 2;

/** @throws LabFault */
export async function raiseDemo(lab: Lab, progress: Progress): Promise<void> {
  progress('raising two hosts, a switch between them, and etcd');
  await lab.raise();
  progress('starting l3missd on each host');
  await lab.startDaemons();
  progress('adding two containers to each host');
  await lab.addContainers(CONTAINERS_PER_HOST);
}

/**
 * Pings from every container to every container on another host, one after the other, so that each figure is
 * about one packet in flight.
 *
 * @throws LabFault
 */
export async function crossAll(hosts: readonly Host[]): Promise<Crossing[]> {
  const crossings: Crossing[] = [];
  const met = new Set<string>();
  for (const [from, to] of pairsAcross(hosts)) {
    const newTo = [...meet(met, from.hostName, to.address), ...meet(met, to.hostName, from.address)];
    crossings.push({ from, to, newTo, result: await ping(from, to.address) });
  }
  return crossings;
}

/** The host's name when this is its first packet to the destination. */
function meet(met: Set<string>, hostName: string, destination: string): string[] {
  const meeting = `${hostName} ${destination}`;
  const isNew = !met.has(meeting);
  met.add(meeting);
  return isNew ? [hostName] : [];
}

function pairsAcross(hosts: readonly Host[]): [Container, Container][] {
  return hosts.flatMap((host) =>
    host.containers.flatMap((from) =>
      hosts
        .filter((other) => other !== host)
        .flatMap((other) => other.containers.map((to): [Container, Container] => [from, to])),
    ),
  );
}

/** @throws LabFault */
export function inspect(hosts: readonly Host[]): Promise<HostFindings[]> {
  return Promise.all(
    hosts.map(async (host) => ({
      name: host.name,
      address: host.address,
      neighbours: await unicastNeighbours(host),
      forwarding: await forwardingEntries(host),
      misses: (await host.daemon.statistics()).misses,
    })),
  );
}

/**
 * What is wrong with the findings, one sentence each: pings without an answer, and hosts whose neighbours are not
 * exactly the destinations that were sent to from there. Echo replies are sent too.
 */
export function faultsIn(crossings: readonly Crossing[], findings: readonly HostFindings[]): string[] {
  const silent = crossings
    .filter(({ result }) => result.roundTrips.includes(undefined))
    .map(({ from, to }) => `no answer to every packet from ${from.name} to ${to.name}`);
  const strange = findings.flatMap((finding) => {
    const wanted = destinationsOf(finding.name, crossings);
    const found = finding.neighbours.map((entry) => entry.dst).sort();
    return wanted.join(' ') === found.join(' ')
      ? []
      : [`${finding.name} has neighbours [${found.join(' ')}], sent to were [${wanted.join(' ')}]`];
  });
  return [...silent, ...strange];
}

function destinationsOf(hostName: string, crossings: readonly Crossing[]): string[] {
  const destinations = crossings.flatMap(({ from, to }) => [
    ...(from.hostName === hostName ? [to.address] : []),
    ...(to.hostName === hostName ? [from.address] : []),
  ]);
  return [...new Set(destinations)].sort();
}
