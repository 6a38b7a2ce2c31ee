/**
 * How a qcow2 image is to be kept while it is open (QAPI `BlockdevOptionsQcow2`): what tables are
 * kept in memory, when refcounts are written, what is checked before metadata is.
 *
 * Whatever is said, here tables are kept as far as they are used, refcounts are exact, and what is
 * written never hits metadata (src/storage/qcow2): no disk is another for it. `discard` decides
 * whether space is given back to the file.
 */
import { z } from "zod";
import { int64, size } from "../../graph/qapi-integer.ts";

const TAKEN = "taken, and nothing here depends on it";
const flag = (what: string) =>
  z
    .boolean()
    .optional()
    .meta({ description: `${what}; ${TAKEN}` });
const bytes = (what: string) =>
  int64.optional().meta({ description: `${what}, in bytes; ${TAKEN}` });

const CHECKED = [
  ...["main-header", "active-l1", "active-l2", "refcount-table", "refcount-block"],
  ...["snapshot-table", "inactive-l1", "inactive-l2", "bitmap-directory"],
];
const overlapTemplate = z.enum(["none", "constant", "cached", "all"]);

export const runtimeOptions = z.object({
  "lazy-refcounts": flag("whether refcounts may wait"),
  "pass-discard-request": flag("whether guests give space back to the file"),
  "pass-discard-snapshot": flag("whether deleted snapshots do"),
  "pass-discard-other": flag("whether all else does"),
  "overlap-check": z
    .union(
      [
        overlapTemplate,
        z.strictObject({
          template: overlapTemplate.optional().meta({ description: "what holds for the rest" }),
          ...Object.fromEntries(CHECKED.map((name) => [name, flag("whether it is one of it")])),
        }),
      ],
      { error: "Qcow2OverlapChecks" },
    )
    .optional()
    .meta({ description: `what writes must not hit; ${TAKEN}` }),
  "cache-size": bytes("memory for tables"),
  "l2-cache-size": bytes("memory for L2 tables"),
  "l2-cache-entry-size": bytes("how much of an L2 table is read at once"),
  "refcount-cache-size": bytes("memory for refcounts"),
  "cache-clean-interval": size.optional().meta({
    description: `seconds after which unused tables leave memory; ${TAKEN}`,
  }),
});
