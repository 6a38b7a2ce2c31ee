/**
 * Whoever walks over a disk by block-status goes on where the last answer ended: an answer about no
 * byte would keep it there for ever. QEMU asserts that it gets on, NBD demands one extent at least.
 */
import type { Property } from "../src/system/property.ts";

export const statusSaysSomething: Property = {
  name: "status-says-something",
  statement: "A block-status that succeeds says of one byte at least whether it is data or zero.",
  applies: ({ kind }) => kind === "guest-status" || kind === "view-status",
  violated: (observation) => "said" in observation && observation.said === null,
};
