import { randomBytes } from 'node:crypto';
import { access, constants, lstat, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeError, Fault } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { makeFolder } from '../base/make-folder.ts';
import { replaceFile } from '../base/replace-file.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import { formatPrefix, type Prefix, parsePrefix } from '../net/prefix.ts';

/** The subnet file cannot be written. */
export class SubnetFileFault extends Fault {}

export interface SubnetFileContent {
  readonly network: Prefix;
  /** This host's part of the network. */
  readonly subnet: Prefix;
  /** Of the tunnel device: 50 below the underlay's. */
  readonly mtu: number;
}

/**
 * Writes what flannel writes (pkg/subnet/subnet.go at HEAD), byte for byte, with mode 0644 whatever the umask is. The
 * file appears whole or not at all, also when the machine loses power.
 *
 * @throws SubnetFileFault naming the file
 */
export async function writeSubnetFile(path: string, content: SubnetFileContent): Promise<void> {
  const temporary = join(dirname(path), `.subnet.env.${randomBytes(6).toString('hex')}`);
  await refuseOtherKinds(path);
  try {
    await replaceFile({ path, temporary, data: subnetFileText(content), mode: 0o644 });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Makes sure, before anything else is made, that the file can be written later: its folder exists then.
 *
 * @throws SubnetFileFault naming the file
 */
export async function checkSubnetFile(path: string): Promise<void> {
  await refuseOtherKinds(path);
  try {
    await makeFolder(dirname(path));
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** What is there already may be replaced when it is a file: a device or a folder was named by mistake. */
async function refuseOtherKinds(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found !== undefined && !found.isFile()) {
    throw new SubnetFileFault(path, 'exists and is not a regular file', 'a regular file, or none yet');
  }
}

/**
 * Removes the file if it is a subnet file: one that sets FLANNEL_SUBNET. Anything else was named by mistake and stays.
 *
 * @returns whether a file was removed
 */
export async function removeSubnetFile(path: string, log: Log): Promise<boolean> {
  const text = (await lstat(path).catch(() => undefined))?.isFile() ? await readText(path, log) : undefined;
  if (text === undefined || lookup(text, 'FLANNEL_SUBNET') === undefined) {
    return false;
  }
  await rm(path);
  return true;
}

/** FLANNEL_SUBNET is the first address behind the network's own, which becomes the container bridge's. */
export function subnetFileText({ network, subnet, mtu }: SubnetFileContent): string {
  return [
    `FLANNEL_NETWORK=${formatPrefix(network)}`,
    `FLANNEL_SUBNET=${formatIpv4(subnet.address + 1)}/${subnet.length}`,
    `FLANNEL_MTU=${mtu}`,
    'FLANNEL_IPMASQ=false',
    '',
  ].join('\n');
}

/**
 * The subnet that the file names, which this host had before; undefined when there is none to be had. As in flannel
 * nothing in the file is fatal: invalid parts of a list are skipped, and more than one valid one counts as none.
 */
export async function readPreviousSubnet(path: string, log: Log): Promise<Prefix | undefined> {
  const text = await readText(path, log);
  const value = text === undefined ? undefined : lookup(text, 'FLANNEL_SUBNET');
  if (value === undefined) {
    return undefined;
  }
  const subnets = value.split(',').flatMap((part) => validSubnet(part.trim(), path, log));
  if (subnets.length > 1) {
    log.warn(
      { file: path, value },
      'FLANNEL_SUBNET in the subnet file names more than one subnet and is ignored',
    );
    return undefined;
  }
  return subnets[0];
}

async function readText(path: string, log: Log): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (err) {
    if (!(err instanceof Error && 'code' in err && err.code === 'ENOENT')) {
      log.warn({ err, file: path }, 'the subnet file cannot be read, so its subnet is not claimed again');
    }
    return undefined;
  }
}

/** One variable in dotenv syntax: `KEY=value`, also with `export`, blanks, quotes or a comment. The last one counts. */
function lookup(text: string, key: string): string | undefined {
  const assignment = new RegExp(`^\\s*(?:export\\s+)?${key}\\s*[=:]\\s*(?:"([^"]*)"|'([^']*)'|([^#]*))`);
  return text
    .split(/\r?\n/)
    .map((line) => assignment.exec(line))
    .map((match) => match?.[1] ?? match?.[2] ?? match?.[3])
    .filter((value) => value !== undefined)
    .at(-1)
    ?.trim();
}

function validSubnet(text: string, path: string, log: Log): Prefix[] {
  try {
    return [parsePrefix(text, 'FLANNEL_SUBNET')];
  } catch (err) {
    if (!(err instanceof Fault)) {
      throw err;
    }
    log.warn({ err, file: path }, 'a subnet in the subnet file is not valid and is skipped');
    return [];
  }
}

function unwritable(path: string, cause: unknown): SubnetFileFault {
  const found = `cannot be written (${describeError(cause)})`;
  return new SubnetFileFault(path, found, 'a file that can be written; --subnet-file names it', cause);
}
