import type { Stats } from '../status/stats.ts';
import type { Lost } from './connection.ts';
import { byId, setFacts, setText } from './elements.ts';
import { formatCount, formatDuration, NOTHING } from './formats.ts';

const CONDITIONS: Readonly<Record<keyof Stats['conditions'], string>> = {
  device: 'the device or its route is not up',
  listed: 'the leases are not listed',
  subnetFile: 'the subnet file is not written',
};

/** Who answers, and how that one stands. */
export class FactsPanel {
  readonly #state = byId('state', HTMLParagraphElement);
  readonly #missing = byId('missing', HTMLParagraphElement);
  readonly #facts = byId('facts', HTMLDListElement);
  readonly #lost = byId('lost', HTMLParagraphElement);
  readonly #renewed = byId('renewed', HTMLParagraphElement);
  /** That the page came with. */
  #version: string | undefined;
  #stats: Stats | undefined;
  #isLost = false;

  show(stats: Stats): void {
    this.#stats = stats;
    this.#version ??= stats.version;
    this.#renewed.hidden = stats.version === this.#version;
    setText(
      this.#renewed,
      `The daemon is version ${stats.version} by now, and this page is of ${this.#version}: load it again.`,
    );
    this.#showState();
    // Whoever watches several hosts tells their tabs apart.
    document.title = stats.lease === null ? 'l3missd' : `${stats.lease.subnet} – l3missd`;
    setFacts(this.#facts, factsOf(stats));
  }

  showConnection(lost: Lost): void {
    this.#isLost = lost !== undefined;
    this.#lost.hidden = lost === undefined;
    setText(
      this.#lost,
      lost === undefined
        ? ''
        : `The daemon does not answer since ${lost.toLocaleTimeString('en-GB')}. What is shown is from before; the page goes on asking.`,
    );
    this.#showState();
  }

  #showState(): void {
    const stats = this.#stats;
    if (stats === undefined && !this.#isLost) {
      return;
    }
    const state = this.#isLost ? 'lost' : stats?.ready === true ? 'ready' : 'unready';
    this.#state.setAttribute('data-state', state);
    setText(this.#state, { lost: 'no answer', ready: 'ready', unready: 'not ready' }[state]);
    const reasons = stats === undefined ? [] : missingOf(stats.conditions);
    this.#missing.hidden = this.#isLost || reasons.length === 0;
    setText(this.#missing, `Not ready yet: ${reasons.join(', ')}.`);
  }
}

function missingOf(conditions: Stats['conditions']): string[] {
  return [
    ...(conditions.device ? [] : [CONDITIONS.device]),
    ...(conditions.listed ? [] : [CONDITIONS.listed]),
    ...(conditions.subnetFile ? [] : [CONDITIONS.subnetFile]),
  ];
}

function factsOf(stats: Stats): [name: string, value: string][] {
  const { lease, device, mirror, misses } = stats;
  return [
    ['Own subnet', lease?.subnet ?? 'none yet'],
    ['Public IP', lease?.publicIp ?? NOTHING],
    ['Lease', lease === null ? NOTHING : expiryOf(lease.expiresAt)],
    ['Device', device === null ? 'none yet' : `${device.name}, MTU ${device.mtu}`],
    ['Mode', stats.programming],
    [
      'Other hosts',
      mirror.standIn === null
        ? formatCount(mirror.remote)
        : `${formatCount(mirror.remote)}, by a copy: etcd is away`,
    ],
    ['Overruns', formatCount(misses.overruns)],
    ['Process', `${stats.version}, pid ${stats.pid}, up ${formatDuration(stats.uptimeSeconds)}`],
  ];
}

function expiryOf(expiresAt: string | null): string {
  if (expiresAt === null) {
    return 'does not expire';
  }
  const seconds = (Date.parse(expiresAt) - Date.now()) / 1000;
  return seconds > 0 ? `expires in ${formatDuration(seconds)}` : 'has expired';
}
