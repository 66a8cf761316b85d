import type { Lab } from './lab.ts';

/**
 * How a person uses a lab that was kept: commands to copy. Without root the way in leads through the user namespace
 * that the lab's processes hold.
 */
export function howToEnter(lab: Lab): string {
  const [host] = lab.hosts;
  const [from] = host?.containers ?? [];
  const to = lab.containers.find((container) => container.hostName !== from?.hostName);
  const door = `nsenter --target ${lab.etcd.process?.pid} --user --mount --preserve-credentials --wd="${process.cwd()}" bash`;
  return [
    '',
    `The lab ${lab.name} stays up. Its logs are in ${lab.folder}.`,
    ...(lab.rootless
      ? ['To enter the user namespace that holds it:', `  ${door}`, 'To look around there:']
      : ['To look around:']),
    `  ip netns exec ${from?.namespace.name} ping ${to?.address}`,
    `  ip netns exec ${host?.namespace.name} ip neighbour show dev flannel.1`,
    `  ip netns exec ${host?.namespace.name} bash`,
    'To ask a daemon:',
    `  node dist/src/cli/main.js stats --control-socket ${host?.daemon.controlSocket}`,
    'To take it down:',
    '  ./scripts/demo --down',
  ].join('\n');
}
