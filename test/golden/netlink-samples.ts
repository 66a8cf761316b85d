import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One netlink message as it was on the wire. */
export interface Sample {
  /** What makes the kernel send it, or what sends it to the kernel. */
  readonly command: string;
  /** What the capture did to get at it. */
  readonly capture: string;
  /** `uname -r`, or the program's version for requests. */
  readonly source: string;
  /** The whole message, nlmsghdr first, without padding behind. */
  readonly hex: string;
}

/** Where the samples lie: beside the sources, since the compiler copies no data. */
export function sampleFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!readdirSync(folder).includes('package.json')) {
    folder = dirname(folder);
  }
  return join(folder, 'test/golden/netlink');
}

export function readSample(name: string): Sample {
  return JSON.parse(readFileSync(join(sampleFolder(), `${name}.json`), 'utf8'));
}

export function sampleNames(): string[] {
  return readdirSync(sampleFolder())
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

export function bytesOf(name: string): Buffer {
  return Buffer.from(readSample(name).hex, 'hex');
}
