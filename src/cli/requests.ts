import type { CleanupOptions, LogFormat, RunOptions } from '../agent/run-options.ts';
import type { CompareOptions } from '../compare/compare-options.ts';
import { parseIpv4 } from '../net/ipv4.ts';
import { environmentWarnings } from './flannel-options.ts';
import { options } from './options.ts';
import { parseAsUsage, type Settings } from './settings.ts';
import type { LookupOptions, MissesOptions, QuestionOptions, StatsOptions } from './show/question-options.ts';
import { UsageFault } from './usage-fault.ts';

/** What a command finds around itself, injected so that tests need no process of their own. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly stderrIsTerminal: boolean;
  readonly version: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** @throws UsageFault */
export function runOptions(settings: Settings, around: Surroundings): RunOptions {
  const publicIp = settings.read(options.publicIp);
  const statusAddress = settings.find(options.statusAddress);
  return {
    ...storeOptions(settings),
    ifaces: settings.readAll(options.iface),
    ...(publicIp === undefined ? {} : { publicIp }),
    subnetFile: settings.read(options.subnetFile),
    renewMarginMinutes: settings.read(options.renewMargin),
    idleTimeoutMs: settings.read(options.idleTimeout),
    maximumNeighbours: settings.read(options.maxNeighbours),
    missBufferBytes: settings.read(options.missBuffer),
    journalEntries: settings.read(options.journalEntries),
    removalHoldMs: settings.read(options.removalHold),
    ...programmingOptions(settings),
    healthzIp: settings.read(options.healthzIp),
    healthzPort: settings.read(options.healthzPort),
    ...(statusAddress === undefined ? {} : { statusAddress }),
    controlSocket: settings.read(options.controlSocket),
    ...logOptions(settings, around),
    warnings: environmentWarnings(around.environment),
  };
}

/** The other modes have a way of their own to install forwarding entries. */
function programmingOptions(settings: Settings) {
  const programming = settings.read(options.programming);
  const fdb = settings.read(options.fdb);
  if (fdb === 'on-demand' && programming !== 'lazy') {
    throw new UsageFault(
      '--fdb',
      `on-demand with --programming ${programming}`,
      '--programming lazy with it',
    );
  }
  return { programming, fdb };
}

/** @throws UsageFault */
export function cleanupOptions(settings: Settings, around: Surroundings): CleanupOptions {
  return {
    ...storeOptions(settings),
    subnetFile: settings.read(options.subnetFile),
    controlSocket: settings.read(options.controlSocket),
    release: settings.isOn(options.release),
    ...logOptions(settings, around),
  };
}

/** @throws UsageFault */
export function questionOptions(settings: Settings, around: Surroundings): QuestionOptions {
  return {
    controlSocket: settings.read(options.controlSocket),
    json: settings.isOn(options.json),
    logLevel: settings.read(options.logLevel),
    version: around.version,
  };
}

/** @throws UsageFault */
export function statsOptions(settings: Settings, around: Surroundings): StatsOptions {
  return { ...questionOptions(settings, around), watch: settings.isOn(options.watch) };
}

/** @throws UsageFault */
export function missesOptions(settings: Settings, around: Surroundings): MissesOptions {
  const outcome = settings.find(options.outcome);
  const subnet = settings.find(options.subnet);
  const since = settings.find(options.since);
  return {
    ...questionOptions(settings, around),
    follow: settings.isOn(options.follow),
    query: {
      ...(outcome === undefined ? {} : { outcome }),
      ...(subnet === undefined ? {} : { subnet }),
      ...(since === undefined ? {} : { sinceSeconds: Math.ceil(since / 1000) }),
    },
  };
}

/** @throws UsageFault */
export function lookupOptions(
  settings: Settings,
  around: Surroundings,
  [address = '']: readonly string[],
): LookupOptions {
  return { ...questionOptions(settings, around), address: parseAsUsage(parseIpv4, address, 'address') };
}

/** @throws UsageFault */
export function compareOptions(settings: Settings): CompareOptions {
  const json = settings.find(options.jsonFile);
  const html = settings.find(options.htmlFile);
  const from = settings.find(options.from);
  const modes = settings.read(options.modes);
  const peers = settings.readAll(options.peer);
  const names = [...modes, ...peers.map(({ name }) => name)];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UsageFault('--peer', JSON.stringify(twice), 'a name that no mode and no other peer has');
  }
  return {
    modes,
    peers,
    nodes: settings.read(options.nodes),
    active: settings.read(options.active),
    podsPerNode: settings.read(options.podsPerNode),
    rounds: settings.read(options.rounds),
    ...(json === undefined ? {} : { json }),
    ...(html === undefined ? {} : { html }),
    ...(from === undefined ? {} : { from }),
    logLevel: settings.read(options.logLevel),
  };
}

function storeOptions(settings: Settings) {
  return {
    etcdEndpoints: settings.read(options.etcdEndpoints),
    etcdPrefix: settings.read(options.etcdPrefix),
  };
}

function logOptions(settings: Settings, around: Surroundings) {
  const byDefault: LogFormat = around.stderrIsTerminal ? 'text' : 'json';
  return {
    logLevel: settings.read(options.logLevel),
    logFormat: settings.find(options.logFormat) ?? byDefault,
  };
}
