import type { Conversation } from '../kernel/conversation.ts';
import type { ForwardingNotice } from '../kernel/forwarding.ts';
import type { Transport } from '../kernel/transport.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Mode } from '../overlay/modes.ts';
import type { Counters } from './counters.ts';
import type { Recording } from './recording/recording.ts';

/** What a resolver needs, and whom it tells. */
export interface ResolverParts {
  readonly ifindex: number;
  readonly network: Prefix;
  /** What the kernel should hold. */
  readonly mode: Mode;
  /** The miss socket: what is read are questions, what is written are answers. */
  readonly misses: Transport;
  /** For dumps and for what changes with leases. */
  readonly conversation: Conversation;
  readonly counters: Counters;
  /** Where it is noted how each miss ends. */
  readonly recording: Recording;
  /** This host's own: what the tunnel is asked for in it, nobody has. */
  readonly ownSubnet: Prefix;
  /** How many neighbours there may be. */
  readonly maximum: number;
  /** How long nobody uses an entry before it goes, in milliseconds; NEVER: only when there are too many. */
  readonly idleTimeout: number;
  /** Install forwarding entries with the neighbours that need them; otherwise they are somebody else's. */
  readonly forwardOnDemand?: boolean;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /**
   * Called when somebody else wrote a forwarding entry of the device, or the agent did. Not when they are installed on demand.
   */
  readonly onForwarding?: (notice: ForwardingNotice) => void;
  /** Asks for `wake` in so many milliseconds; a read may take longer than that. */
  readonly setAlarm?: (milliseconds: number) => void;
  /** Called when entries were put right that somebody else had removed, added or altered, with their number. */
  readonly onMended?: (entries: number) => void;
  /** Called after an address without a lease was answered; not for each one when several are answered together. */
  readonly onUnknown?: (address: Ipv4) => void;
}
