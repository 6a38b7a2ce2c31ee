/**
 * `transaction`: several actions, all of them or none (QEMU blockdev.c, `qmp_transaction`).
 *
 * Everything is drained from before the first action to after the last, so all actions see, and all
 * backups begin at, one point in time. A graph is a value: undoing is forgetting.
 */
import { z } from "zod";
import { blockdevBackup } from "./blockdev-backup.ts";
import { blockdevSnapshot } from "./blockdev-snapshot.ts";
import { defineCommand, type GraphCommand } from "./command.ts";
import { DIRTY_BITMAP_COMMANDS } from "./dirty-bitmap.ts";
import type { JsonObject } from "./graph.ts";
import { refuse } from "./refuse.ts";

const ABORT = "abort";

const ACTIONS: ReadonlyMap<string, GraphCommand> = new Map(
  [...DIRTY_BITMAP_COMMANDS, ...[blockdevSnapshot, blockdevBackup]].map((command) => [
    command.name,
    command,
  ]),
);

export const transaction = defineCommand({
  name: "transaction",
  summary: "Executes several actions, all of them or none.",
  schema: z.strictObject({
    actions: z.array(
      z.strictObject({
        type: z.enum([ABORT, ...ACTIONS.keys()]),
        data: z.custom<JsonObject>((value) => typeof value === "object" && value !== null),
      }),
    ),
    properties: z
      .strictObject({ "completion-mode": z.enum(["individual", "grouped"]).default("individual") })
      .optional(),
  }),
  apply(before, { actions, properties }, context) {
    let graph = before;
    for (const { type, data } of actions) {
      if (properties?.["completion-mode"] === "grouped" && type !== blockdevBackup.name) {
        throw refuse(
          `Action '${type}' does not support Transaction property completion-mode = grouped`,
        );
      }
      const command = ACTIONS.get(type);
      if (command === undefined) throw refuse("Transaction aborted using Abort action");
      graph = command.apply(graph, data, context);
    }
    return graph;
  },
});
