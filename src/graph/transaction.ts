/**
 * `transaction`: several actions, all of them or none (QEMU blockdev.c, `qmp_transaction`).
 *
 * Everything is drained from before the first action to after the last, so all actions see, and all
 * backups begin at, one point in time. A graph is a value: undoing is forgetting.
 *
 * Where the profile says so, the graph can be rewired as well, and permissions are judged once, at
 * the end: what stands in between need not be allowed.
 */
import { z } from "zod";
import { blockdevAdd } from "./blockdev-add.ts";
import { blockdevBackup } from "./blockdev-backup.ts";
import { blockdevDel } from "./blockdev-del.ts";
import { blockdevReplace } from "./blockdev-replace.ts";
import { blockdevSnapshot } from "./blockdev-snapshot.ts";
import { defineCommand, type GraphCommand } from "./command.ts";
import { DIRTY_BITMAP_COMMANDS } from "./dirty-bitmap.ts";
import type { JsonObject } from "./graph.ts";
import { refreshPermissions } from "./refresh.ts";
import { refuse } from "./refuse.ts";

const ABORT = "abort";

const byName = (commands: readonly GraphCommand[]): ReadonlyMap<string, GraphCommand> =>
  new Map(commands.map((command) => [command.name, command]));

const ACTIONS = byName([...DIRTY_BITMAP_COMMANDS, blockdevSnapshot, blockdevBackup]);
const REWIRING = byName([blockdevAdd, blockdevReplace, blockdevDel]);

export const transaction = defineCommand({
  name: "transaction",
  summary: "Executes several actions, all of them or none.",
  schema: z.strictObject({
    actions: z.array(
      z.strictObject({
        type: z.enum([ABORT, ...ACTIONS.keys(), ...REWIRING.keys()]),
        data: z.custom<JsonObject>((value) => typeof value === "object" && value !== null),
      }),
    ),
    properties: z
      .strictObject({ "completion-mode": z.enum(["individual", "grouped"]).default("individual") })
      .optional(),
  }),
  apply(before, { actions, properties }, given) {
    const { profile } = given;
    const rewiring = actions.find(({ type }) => REWIRING.has(type));
    if (rewiring !== undefined && profile.graphTransactions === "none") {
      throw refuse(`Parameter 'type' does not accept value '${rewiring.type}'`);
    }
    const context = { ...given, deferred: rewiring !== undefined };
    let graph = before;
    for (const { type, data } of actions) {
      if (properties?.["completion-mode"] === "grouped" && type !== blockdevBackup.name) {
        throw refuse(
          `Action '${type}' does not support Transaction property completion-mode = grouped`,
        );
      }
      const command = ACTIONS.get(type) ?? REWIRING.get(type);
      if (command === undefined) throw refuse("Transaction aborted using Abort action");
      graph = command.apply(graph, data, context);
    }
    if (rewiring === undefined) return graph;
    return refreshPermissions(graph, [...graph.nodes.keys()], { ...given, before });
  },
});
