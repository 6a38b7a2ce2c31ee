/**
 * Random commands for a QEMU whose nodes can be inactive: more commands, and what others get.
 */
import type { QmpCommand } from "../graph/commands.ts";
import type { JsonObject, JsonValue } from "../graph/graph.ts";
import { command, type Maker, nodesOf, one, oneIn, type Pick } from "./random-names.ts";

const setActive: Maker = (graph, _name, [, a, b, c]) => {
  const name = c % 6 === 0 ? {} : { "node-name": one(nodesOf(graph), a) };
  return command("blockdev-set-active", { ...name, active: b % 2 === 0 });
};

/** In proportion to how often each is wanted. */
export const ACTIVITY_MAKERS: readonly Maker[] = [setActive, setActive, setActive];

/** A command that now and then says of its nodes whether they are active. */
export function sayingActivity(made: QmpCommand, [, a, b, c]: Pick): QmpCommand {
  const [choice, kind] = [a >> 8, b >> 10];
  const said = oneIn(9, choice, { active: kind % 3 === 0 });
  const { execute, arguments: args } = made;
  if (execute === "blockdev-add") return command(execute, { ...args, ...said });
  if (execute === "block-export-add") {
    return command(execute, { ...args, ...oneIn(3, choice, { "allow-inactive": c % 4 > 0 }) });
  }
  if (execute !== "blockdev-reopen" || !Array.isArray(args.options)) return made;
  return command(execute, {
    ...args,
    options: args.options.map((each) => ({ ...without(each), ...oneIn(3, choice, said) })),
  });
}

/** A node that was told cannot be told again. */
function without(definition: JsonValue): JsonObject {
  if (typeof definition !== "object" || definition === null || Array.isArray(definition)) return {};
  const { active: _, ...rest } = definition;
  return rest;
}
