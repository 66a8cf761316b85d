import type { Lab } from './lab.ts';

/**
 * How a person uses a lab that was kept: commands to copy. Without root the way in leads through the user namespace
 * that the lab's processes hold.
 */
export function howToEnter(lab: Lab): string {
  const enter = lab.rootless
    ? `nsenter --target ${lab.etcd.process?.pid} --user --mount --preserve-credentials `
    : '';
  const [host] = lab.hosts;
  const [from] = host?.containers ?? [];
  const to = lab.containers.find((container) => container.hostName !== from?.hostName);
  return [
    '',
    `The lab ${lab.name} stays up; logs and sockets are in ${lab.folder}. To look around:`,
    '',
    `  ${enter}ip netns exec ${from?.namespace.name} ping ${to?.address}`,
    `  ${enter}ip netns exec ${host?.namespace.name} ip neighbour show dev flannel.1`,
    `  ${enter}ip netns exec ${host?.namespace.name} bash`,
    `  node dist/src/cli/main.js stats --control-socket ${host?.daemon.controlSocket}`,
    '',
    'To take it down:',
    '',
    '  ./scripts/demo --down',
  ].join('\n');
}
