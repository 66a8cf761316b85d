import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { confinedTo } from '../../src/lab/confined.ts';
import type { Host } from '../../src/lab/host.ts';
import { plannedSubnet } from '../../src/lab/planned-leases.ts';
import { formatIpv4 } from '../../src/net/ipv4.ts';
import { BenchFault } from './bench-fault.ts';
import { type BurstFiles, type Pairs, readPairs } from './samples.ts';
import type { Scene } from './scene.ts';

/** Which destinations of the plan are sent to. */
export interface Destinations {
  /** The number of the first host's lease, 0 unless told. */
  readonly firstLease?: number;
  readonly leases: number;
  readonly count: number;
}

const EACH_ECHO_MS = 50;
/** Longer than the kernel asks for an address: what came not within it does not come. */
const QUIET_MS = 3500;

/** A sender that keeps a rate runs before what it shares its processor with, or it would send in clusters. */
const PUNCTUAL = ['chrt', '--fifo', '1'];

const responderSummary = z.object({ arrived: z.int(), dropped: z.int() });

/**
 * Two echoes to each destination, one after another.
 *
 * @param cpu the processor that the sender runs on
 * @throws LabFault, BenchFault
 */
export async function sendPairs(scene: Scene, host: Host, to: Destinations, cpu: number): Promise<Pairs> {
  const file = join(scene.lab.folder, `pairs-${scene.nextRun()}`);
  const command = [scene.programs.sender, 'pairs', file, ...planArguments(to)];
  await runPinned(host, cpu, command, 10_000 + to.count * EACH_ECHO_MS);
  return readPairs(await take(file));
}

/**
 * One datagram to each destination, `rate` a second, or as fast as the sender can with 0.
 *
 * @throws LabFault, BenchFault; also when the responder's ring was too small for everything that came
 */
export async function sendBurst(
  scene: Scene,
  host: Host,
  to: Destinations,
  rate: number,
): Promise<BurstFiles> {
  const run = scene.nextRun();
  const [sent, arrived] = [join(scene.lab.folder, `sent-${run}`), join(scene.lab.folder, `arrived-${run}`)];
  const longest = 60_000 + (rate === 0 ? 0 : Math.ceil((to.count / rate) * 1000));
  const responder = await scene.start(
    scene.lab.switch,
    'receiver',
    [scene.programs.responder, host.name, arrived, to.count, run, QUIET_MS, longest].map(String),
  );
  const { traffic } = scene.placement;
  const program = [scene.programs.sender, 'burst', sent, ...planArguments(to), rate, run].map(String);
  const command = rate > 0 && scene.mayBePunctual ? [...PUNCTUAL, ...program] : program;
  await runPinned(host, traffic, command, longest);
  await responder.process.wait();
  const summary = responderSummary.safeParse(JSON.parse(responder.output()[1] ?? '{}'));
  if (!summary.success || summary.data.dropped > 0) {
    const found = responder.output().join(' | ');
    throw new BenchFault('responder', found, 'a ring that holds all that comes');
  }
  return { sent: await take(sent), arrived: await take(arrived) };
}

function planArguments({ firstLease = 0, leases, count }: Destinations): string[] {
  return [formatIpv4(plannedSubnet(firstLease)), leases, 0, count].map(String);
}

async function runPinned(host: Host, cpu: number, command: string[], timeout: number): Promise<void> {
  const [program, ...args] = confinedTo(cpu);
  const { status, stderr } = await host.namespace.attempt(program, [...args, ...command], { timeout });
  if (status !== 0) {
    throw new BenchFault('sender', `exit status ${status}: ${stderr.trim()}`, 'exit status 0');
  }
}

async function take(file: string): Promise<Buffer> {
  const bytes = readFileSync(file);
  await rm(file);
  return bytes;
}
