import { monotonicOrigin, neverBefore } from '../base/clock.ts';
import { BlockingThread } from '../kernel/blocking-thread.ts';
import type { ForwardingNotice } from '../kernel/forwarding.ts';
import { openMissSocket, openRouteSocket } from '../kernel/sockets.ts';
import type { ThreadFault } from '../kernel/thread-fault.ts';
import { preferThread } from '../kernel/thread-priority.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Mode } from '../overlay/modes.ts';
import type { SubnetLease, VtepChange } from '../overlay/programmer.ts';
import { Counters } from './counters.ts';
import { type RecordingMemory, recordingMemory } from './recording/recording-memory.ts';
import type { MainMessage, ResolverMessage, ResolverStart } from './resolver-messages.ts';

/**
 * Room for 320,000 misses at 832 bytes each. The kernel takes no memory for it before they wait. What does not fit is
 * found by a dump, but in no order of age.
 */
export const MISS_BUFFER_BYTES = 256 * 1024 * 1024;

/** How long a read of the resolver blocks at most, in milliseconds: entries that nobody uses are looked for then. */
const LONGEST_WAIT_MS = 500;

export interface ResolverOptions {
  readonly ifindex: number;
  readonly network: Prefix;
  /** This host's own. */
  readonly ownSubnet: Prefix;
  /** What the kernel should hold. */
  readonly mode: Mode;
  /** How many neighbours there may be. */
  readonly maximum: number;
  /** How long nobody uses a neighbour before it goes, in milliseconds; 0: for ever. */
  readonly idleTimeout: number;
  /** Install forwarding entries with the neighbours that need them: not unless told. */
  readonly forwardOnDemand?: boolean;
  /** Goes on with these, of a resolver that has ended. */
  readonly counters?: Counters;
  /** The same of how misses ended. */
  readonly recording?: RecordingMemory;
  /** Receive buffer to ask for, in bytes: MISS_BUFFER_BYTES unless told. */
  readonly receiveBytes?: number;
  /** Called with an address that no lease covers: once a second, and once a minute for the same one, at most. */
  readonly onUnknown?: (address: Ipv4) => void;
  /** Called when neighbours were put right that somebody else had changed, with their number. */
  readonly onMended?: (entries: number) => void;
  /** Called when a forwarding entry of the device was written, by the agent or by somebody else. */
  readonly onForwarding?: (notice: ForwardingNotice) => void;
  /** Called when misses are recorded after a while without, see `RecordingMemory.asleep`. */
  readonly onRecorded?: () => void;
  /** Called once if the thread cannot have its higher priority, with the errno's name. */
  readonly onUsualPriority?: (reason: string) => void;
  /** Called once if the thread ends although nobody stopped it. */
  readonly onFailure: (fault: ThreadFault) => void;
}

/** The main thread's end of the resolver: opens its sockets, starts and stops its thread, hands lease changes over. */
export class ResolverHandle {
  readonly counters: Counters;
  readonly recording: RecordingMemory;
  /** What the kernel granted of the receive buffer asked for. */
  readonly receiveBytes: number;
  /** By which the kernel names the routes that it writes (nlmsg_pid). */
  readonly port: number;
  readonly #thread: BlockingThread<MainMessage, ResolverMessage>;
  readonly #options: ResolverOptions;
  readonly #waiting = new Map<number, Waiting>();
  #fault: ThreadFault | undefined;
  #nextId = 1;

  /** @throws KernelFault when a socket cannot be opened */
  constructor(options: ResolverOptions) {
    const { ifindex, network, ownSubnet, mode, maximum, idleTimeout, forwardOnDemand = false } = options;
    const { receiveBytes: wanted = MISS_BUFFER_BYTES } = options;
    const routeDescriptor = openRouteSocket();
    const { descriptor, port, receiveBytes } = openMissSocket({
      ifindex,
      receiveBytes: wanted,
      waitMilliseconds: LONGEST_WAIT_MS,
      ownDescriptors: [routeDescriptor],
    });
    this.#options = options;
    this.counters = options.counters ?? new Counters();
    this.recording = options.recording ?? recordingMemory(0);
    this.receiveBytes = receiveBytes;
    this.port = port;
    this.#thread = new BlockingThread({
      name: 'resolver thread',
      script: new URL('./resolver-thread.js', import.meta.url),
      start: {
        ifindex,
        network,
        ownSubnet,
        mode: mode.name,
        maximum,
        idleTimeout,
        forwardOnDemand,
        missDescriptor: descriptor,
        routeDescriptor,
        counters: this.counters.memory,
        recording: this.recording,
        clockOrigin: monotonicOrigin(),
      } satisfies ResolverStart,
      descriptor,
      otherDescriptors: [routeDescriptor],
      onMessage: (message) => this.#hear(message),
      onEnd: (fault, wasStopped) => this.#end(fault, wasStopped),
    });
  }

  /**
   * Hands lease changes to the resolver. Resolves when the neighbours that exist follow them.
   *
   * @param endpoints where VTEPs are now, for forwarding entries on demand
   *
   * @throws ThreadFault when the resolver ends before it has done so
   */
  apply(
    changes: readonly SubnetLease[],
    complete: boolean,
    endpoints: readonly VtepChange[] = [],
  ): Promise<void> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#fault === undefined) {
        this.#waiting.set(id, { resolve, reject });
        this.#thread.post({ kind: 'leases', id, changes, complete, endpoints });
      } else {
        reject(this.#fault);
      }
    });
  }

  /** The kernel had no forwarding entry for a frame to that MAC; does nothing unless they are installed on demand. */
  repairForwarding(mac: Mac): void {
    if (this.#fault === undefined) {
      this.#thread.post({ kind: 'l2miss', mac });
    }
  }

  /** Lets the resolver compare what the kernel holds with what it believes. */
  compare(): void {
    if (this.#fault === undefined) {
      this.#thread.post({ kind: 'compare' });
    }
  }

  /** Lets the resolver compare the routes of remote subnets: somebody else changed one. */
  compareRoutes(): void {
    if (this.#fault === undefined) {
      this.#thread.post({ kind: 'compare-routes' });
    }
  }

  /** Ends the thread and closes its sockets. */
  stop(): Promise<void> {
    return this.#thread.stop();
  }

  #hear(message: ResolverMessage): void {
    switch (message.kind) {
      case 'running':
        this.#prefer(message.threadId);
        break;
      case 'unknown':
        this.#options.onUnknown?.(message.address);
        break;
      case 'mended':
        this.#options.onMended?.(message.entries);
        break;
      case 'alarm':
        // What is not due yet when it is woken waits for the next time-out of a read.
        setTimeout(() => this.#wake(), neverBefore(message.milliseconds)).unref();
        break;
      case 'forwarding':
        this.#options.onForwarding?.(message.notice);
        break;
      case 'recorded':
        this.#options.onRecorded?.();
        break;
      case 'rewritten':
        this.#waiting.get(message.id)?.resolve();
        this.#waiting.delete(message.id);
        break;
    }
  }

  #wake(): void {
    if (this.#fault === undefined) {
      this.#thread.post({ kind: 'wake' });
    }
  }

  #prefer(threadId: number): void {
    const refusal = this.#thread.isStopping ? undefined : preferThread(threadId);
    if (refusal !== undefined) {
      this.#options.onUsualPriority?.(refusal);
    }
  }

  #end(fault: ThreadFault, wasStopped: boolean): void {
    this.#fault = fault;
    for (const { reject } of this.#waiting.values()) {
      reject(fault);
    }
    this.#waiting.clear();
    if (!wasStopped) {
      this.#options.onFailure(fault);
    }
  }
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (fault: ThreadFault) => void;
}
