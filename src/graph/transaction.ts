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
import { blockdevSnapshotSync } from "./blockdev-snapshot-sync.ts";
import { type CommandContext, defineCommand, type GraphCommand } from "./command.ts";
import { DIRTY_BITMAP_COMMANDS, withoutRemovedBitmaps } from "./dirty-bitmap.ts";
import { BITMAP, nodes, sent } from "./example.ts";
import type { Graph } from "./graph.ts";
import type { Profile } from "./profile.ts";
import { refreshPermissions } from "./refresh.ts";
import {
  isRefusal,
  leaving,
  orElse,
  parseArguments,
  Refusal,
  refuse,
  takingBack,
} from "./refuse.ts";
import { withRefusedEnable } from "./refused-enable.ts";
import { type Action, undone } from "./undo-actions.ts";

const ABORT = "abort";

const byName = (commands: readonly GraphCommand[]): ReadonlyMap<string, GraphCommand> =>
  new Map(commands.map((command) => [command.name, command]));

const ACTIONS = byName([
  ...[...DIRTY_BITMAP_COMMANDS, blockdevSnapshot, blockdevSnapshotSync, blockdevBackup],
]);
const REWIRING = byName([blockdevAdd, blockdevReplace, blockdevDel]);

const actionSchema = z.strictObject({
  type: z.enum([ABORT, ...ACTIONS.keys(), ...REWIRING.keys()]),
  data: z.custom<NonNullable<unknown>>(),
});
const propertiesSchema = z.strictObject({
  "completion-mode": z.enum(["individual", "grouped"]).default("individual"),
});
/** What the action takes that undoes all others. */
const nothing = z.strictObject({});

export const transaction = defineCommand({
  name: "transaction",
  summary: "Executes several actions, all of them or none.",
  schema: z.strictObject({
    actions: z.array(z.unknown()).meta({
      description: "each a `type`, which is the name of a command, and its arguments as `data`",
    }),
    properties: z.unknown().optional().meta({
      description: "`completion-mode`: whether jobs end each by itself, or fail all together",
    }),
  }),
  example: [
    ...BITMAP,
    ...nodes("target"),
    sent("transaction", {
      actions: [
        { type: "block-dirty-bitmap-clear", data: { node: "disk", name: "changes" } },
        {
          type: "blockdev-backup",
          data: { "job-id": "job", device: "disk", target: "target", sync: "full" },
        },
      ],
    }),
  ],
  apply(before, { actions: listed, properties = {} }, given) {
    const actions = listed.map((action, index) => parseAction(action, index, given.profile));
    const mode = parseArguments(propertiesSchema, properties, "properties.")["completion-mode"];
    const rewires = actions.some(({ type }) => REWIRING.has(type));
    const context = { ...given, deferred: rewires, inTransaction: true };
    const isFirst = given.profile.transactionJobs === "looked-at-first";
    if (mode === "grouped" && isFirst) for (const { type } of actions) requireGroup(type, isFirst);
    let graph = before;
    const done: Action[] = [];
    for (const action of actions) {
      if (mode === "grouped") requireGroup(action.type, isFirst);
      graph = orUndone(before, graph, done, action, context);
      done.push(action);
    }
    graph = withoutRemovedBitmaps(graph);
    if (!rewires) return graph;
    return refreshPermissions(graph, [...graph.nodes.keys()], { ...given, before });
  },
});

/** @throws BlockgraphError `graph-refused` if an action begins no job that can end with others */
function requireGroup(type: string, isFirst: boolean): void {
  if (type === blockdevBackup.name) return;
  const what = isFirst ? "transaction" : "Transaction";
  throw refuse(`Action '${type}' does not support ${what} property completion-mode = grouped`);
}

/** The graph after one more action; if it is refused, those before it are undone. */
function orUndone(
  before: Graph,
  reached: Graph,
  done: readonly Action[],
  action: Action,
  context: CommandContext,
): Graph {
  const { type, data } = action;
  const command = ACTIONS.get(type) ?? REWIRING.get(type);
  try {
    if (command === undefined) throw refuse("Transaction aborted using Abort action");
    return command.apply(reached, data, context);
  } catch (error) {
    if (!isRefusal(error) || (error instanceof Refusal && error.predicts !== null)) throw error;
    if (context.profile.undoneActions === "forgotten") throw leaving(error, null);
    const left = (error instanceof Refusal ? error.graph : null) ?? reached;
    const kept = withRefusedEnable(before, reached, done, action);
    return orElse(kept, () =>
      takingBack(kept, () => {
        throw leaving(error, undone(before, left, done, context));
      }),
    );
  }
}

/** Every action is looked at, with what it takes, before the first one is executed. */
function parseAction(
  given: unknown,
  index: number,
  profile: Profile,
): z.infer<typeof actionSchema> {
  const at = `actions[${index}].`;
  const action = parseArguments(actionSchema, given, at);
  const { type, data } = action;
  if (profile.graphTransactions === "none" && REWIRING.has(type)) {
    throw refuse(`Parameter 'type' does not accept value '${type}'`);
  }
  const command = ACTIONS.get(type) ?? REWIRING.get(type);
  const schema = command?.schemaIn?.(profile) ?? command?.schema ?? nothing;
  parseArguments(schema, data, `${at}data.`);
  return action;
}
