/**
 * Options that every node takes, whatever its driver (QAPI `BlockdevOptions`).
 *
 * Only what has an effect here is accepted: an option that would be silently ignored is refused
 * instead, so that a design never rests on something that was not simulated.
 */
import { z } from "zod";

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
