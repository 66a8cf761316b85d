import { after, before, type TestContext } from 'node:test';
import { Scene } from '../../src/compare/scene.ts';
import type { Stand } from '../../src/compare/stand.ts';
import { Guard } from '../../src/lab/guard.ts';
import { placement } from '../../src/lab/machine.ts';
import { plannedLease, plannedMac, plannedSubnet } from '../../src/lab/planned-leases.ts';
import { formatIpv4 } from '../../src/net/ipv4.ts';

/** Raises a scene of the comparison that is taken down at the end of the test, and when a signal ends the run. */
export async function sceneFor(test: TestContext, stands: number): Promise<Scene> {
  const scene = new Scene(stands, placement());
  const guard = new Guard(scene.lab, { crashes: false });
  test.after(async () => {
    await scene.lab.takeDown();
    guard.off();
  });
  await scene.raise();
  return scene;
}

/** As `sceneFor`, one for all tests of the suite that this is called in. */
export function sceneForSuite(stands: number): () => Scene {
  const scene = new Scene(stands, placement());
  const guard = new Guard(scene.lab, { crashes: false });
  before(() => scene.raise());
  after(async () => {
    await scene.lab.takeDown();
    guard.off();
  });
  return () => scene;
}

/** Programs the nodes by hand as flannel does, so that no agent is needed. */
export async function programByHand(stand: Stand, nodes: readonly number[]): Promise<void> {
  const { namespace, address } = stand.host;
  await namespace.configure(
    `link add flannel.1 type vxlan id 1 local ${address} dev eth0 dstport 8472 nolearning`,
    'link set flannel.1 up',
  );
  for (const node of nodes) {
    const subnet = formatIpv4(plannedSubnet(node));
    const { PublicIP } = JSON.parse(plannedLease(node).value);
    await namespace.configure(
      `neighbour replace ${subnet} lladdr ${plannedMac(node)} dev flannel.1 nud permanent`,
      `route replace ${subnet}/24 via ${subnet} dev flannel.1 onlink`,
    );
    const entry = `fdb append ${plannedMac(node)} dev flannel.1 dst ${PublicIP} self permanent`;
    await namespace.run('bridge', ...entry.split(' '));
  }
}
