import type { Container } from './container.ts';

export interface PingResult {
  /** Milliseconds per packet in the order of sending; undefined where no answer came. */
  readonly roundTrips: readonly (number | undefined)[];
}

export interface PingOptions {
  /** Packets: 2 unless told. */
  readonly count?: number;
  /** Seconds between two packets: 0.2 unless told. */
  readonly interval?: number;
  /** Seconds to wait for the last answer: 5 unless told. */
  readonly patience?: number;
}

/**
 * Sends echo requests from a container. Unanswered ones are a result, not an error.
 *
 * @throws LabFault when ping cannot run
 */
export async function ping(from: Container, address: string, options: PingOptions = {}): Promise<PingResult> {
  const { count = 2, interval = 0.2, patience = 5 } = options;
  const args = ['-n', '-c', String(count), '-i', String(interval), '-W', String(patience), address];
  const timeout = (count * interval + patience) * 1000 + 10_000;
  const { stdout } = await from.namespace.attempt('ping', args, { timeout });
  return { roundTrips: parseRoundTrips(stdout, count) };
}

/** Reads the output of iputils' ping. Of a packet that was answered twice the first answer counts. */
export function parseRoundTrips(output: string, count: number): (number | undefined)[] {
  const roundTrips = new Array<number | undefined>(count).fill(undefined);
  for (const [, sequence, time] of output.matchAll(/icmp_seq=(\d+) .*time[=<]([\d.]+) ms/g)) {
    const index = Number(sequence) - 1;
    if (index >= 0 && index < count) {
      roundTrips[index] ??= Number(time);
    }
  }
  return roundTrips;
}
