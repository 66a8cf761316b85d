import { runCommand, tryCommand } from '../lab/command.ts';
import { LabFault } from '../lab/lab-fault.ts';
import { CompareFault } from './compare-fault.ts';

/** The programs that the scene is made with, and the Debian packages that hold them. */
const PROGRAMS = {
  ip: 'iproute2',
  bridge: 'iproute2',
  nft: 'nftables',
  etcd: 'etcd-server',
  setpriv: 'util-linux',
  taskset: 'util-linux',
  unshare: 'util-linux',
} as const;

/**
 * Makes sure that the programs are there, before anything is started.
 *
 * @throws CompareFault naming the first that is not
 */
export async function requirePrograms(): Promise<void> {
  for (const [program, debian] of Object.entries(PROGRAMS)) {
    const { status } = await tryCommand('sh', ['-c', 'command -v "$1"', 'sh', program]);
    if (status !== 0) {
      throw new CompareFault(program, 'not installed', `an installed program (apt-get install ${debian})`);
    }
  }
}

/**
 * Makes sure that this process may add network namespaces.
 *
 * @throws CompareFault
 */
export async function requireNamespaces(): Promise<void> {
  try {
    await runCommand('unshare', ['--net', '--mount', 'true']);
  } catch (error) {
    if (error instanceof LabFault) {
      throw new CompareFault(
        'network namespaces',
        'refused by this kernel',
        'root with CAP_SYS_ADMIN, and a kernel with CONFIG_NET_NS',
      );
    }
    throw error;
  }
}
