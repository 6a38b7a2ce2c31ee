/**
 * A view that looks for old data in the cache must find it there (rules C3.5 and C8).
 */
import type { ClusterInvariant } from "../src/system/invariant.ts";

export const settledIsCopied: ClusterInvariant = {
  name: "settled-is-copied",
  statement: "A cluster whose old data is said to be in the target needs no copy any more.",
  chart: "copy-before-write/cluster",
  holds: ({ name }) => !/^(dirty|copying)·yes/.test(name),
};
