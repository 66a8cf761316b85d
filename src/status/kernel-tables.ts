import { z } from 'zod';

const count = z.int().nonnegative();

/** What the kernel says of its own, so that what the agent never saw shows too. */
export const kernelTablesSchema = z.object({
  /** The table of IPv4 neighbours: one for all namespaces of the machine. */
  neighbours: z.object({
    entries: count,
    /** Of them, those in the agent's care at that moment. */
    own: count,
    /** net.ipv4.neigh.default.gc_thresh1 to 3; PERMANENT entries, as the agent's are, do not count against them. */
    softLimit: count,
    middleLimit: count,
    hardLimit: count,
    /** Entries that were refused because the table was full, since the machine's start. */
    tableFulls: count,
    /** Packets that were dropped because too many waited for one entry; null where the kernel does not say. */
    unresolvedDiscards: count.nullable(),
  }),
  /** The agent's netlink sockets. */
  sockets: z.array(
    z.object({
      /** What it is for: `misses`. */
      name: z.string(),
      /** Bytes that wait to be read. */
      backlog: count,
      /** Messages that the kernel dropped because the buffer was full. */
      drops: count,
    }),
  ),
});

export type KernelTables = z.infer<typeof kernelTablesSchema>;
