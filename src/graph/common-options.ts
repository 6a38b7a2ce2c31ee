/**
 * Options that every node takes, whatever its driver (QAPI `BlockdevOptions`).
 *
 * Only what has an effect here is accepted, and what no disk is another for, such as how the host
 * caches: any other option would be silently ignored, and is refused instead, so that a design
 * never rests on something that was not simulated.
 */
import { z } from "zod";

/** How the host is to cache. What is taken here is safe whatever is said: flushes are done. */
const cache = z.strictObject({
  direct: z.boolean().optional().meta({
    description: "whether the host's page cache is passed by, on which nothing here depends",
  }),
  "no-flush": z.boolean().optional().meta({
    description: "whether flushes may be left out; here they are done nevertheless",
  }),
});

/** Options common to all drivers; drivers `extend` it with their own. */
export const commonOptions = z.strictObject({
  "read-only": z.boolean().default(false).meta({
    description: "refuse writes, write-zeroes and discards with EPERM",
  }),
  "auto-read-only": z.boolean().default(false).meta({
    description: "be read-only where the image cannot be written; images here always can",
  }),
  "force-share": z.boolean().default(false).meta({
    description: "share everything below, which only a read-only node may",
  }),
  cache: cache.optional().meta({ description: "how the host caches; inline children inherit it" }),
  active: z.boolean().default(true).meta({
    description: "whether it may be used at once; false: once `blockdev-set-active` says so",
  }),
  discard: z.enum(["ignore", "unmap"]).default("ignore").meta({
    description:
      "whether discards that reach the node go on (`unmap`) or end there, successfully (`ignore`)",
  }),
  "detect-zeroes": z.enum(["off", "on", "unmap"]).default("off").meta({
    description: "whether zeros that are written become write-zeroes; the simulator leaves them",
  }),
});
export type CommonOptions = z.infer<typeof commonOptions>;
