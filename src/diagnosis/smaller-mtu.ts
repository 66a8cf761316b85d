import { z } from 'zod';
import { StoreFault } from '../leases/faults.ts';
import type { Remedy } from '../status/finding.ts';
import { etcdctl } from './etcdctl.ts';
import type { Ground } from './ground.ts';
import { advice, command } from './outcome.ts';

const objectSchema = z.record(z.string(), z.unknown());
type JsonObject = z.infer<typeof objectSchema>;

/**
 * What makes every tunnel of the network fit packets of so many bytes on the underlay: the config as it is in etcd now, with
 * another MTU. All hosts have to agree, and containers take their MTU from the subnet file when they start.
 */
export async function smallerMtu(outer: number, ground: Ground): Promise<Remedy> {
  const after = 'then restart l3missd on every host, and after it the containers';
  const config = await configOf(ground);
  return config === undefined
    ? advice(`set Backend.MTU of the network config to ${outer}; ${after}`)
    : command(etcdctl(ground, 'put', ground.store.configKey, JSON.stringify(withMtu(config, outer))), after);
}

/** The config's MTU of the underlay, where it names one. */
export async function configuredMtu(ground: Ground): Promise<number | undefined> {
  const config = (await configOf(ground)) ?? {};
  const backend = objectSchema.safeParse(config[nameIn(config, 'Backend')]).data ?? {};
  return z.number().safeParse(backend[nameIn(backend, 'MTU')]).data;
}

/** Undefined where there is none that could be changed. */
async function configOf({ store }: Ground): Promise<JsonObject | undefined> {
  try {
    const text = await store.readConfig();
    return text === undefined ? undefined : objectSchema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof StoreFault || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

function withMtu(config: JsonObject, mtu: number): JsonObject {
  const name = nameIn(config, 'Backend');
  const backend = objectSchema.safeParse(config[name]).data ?? { Type: 'vxlan' };
  return { ...config, [name]: { ...backend, [nameIn(backend, 'MTU')]: mtu } };
}

/** How the object spells the name: Go takes any case, and of several the last. */
function nameIn(object: JsonObject, name: string): string {
  return Object.keys(object).findLast((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
}
