/**
 * What the users of a graph were promised: the view that a handle showed when it was made.
 *
 * It shows something else only if somebody says so, by moving the user or reopening a node on its
 * way to the view by name; or once the hook is gone.
 */
import type { QmpCommand } from "../../../graph/commands.ts";
import { type Graph, isUser } from "../../../graph/graph.ts";
import type { Denotations } from "../../../system/surgery.ts";
import { viewedHook } from "../../../system/viewed-hook.ts";

/** @param command that made the graph; null: it is the first one */
export function denotations(
  before: Denotations,
  command: QmpCommand | null,
  graph: Graph,
): Denotations {
  const asked = command === null ? new Set<string>() : changedByName(command);
  const users = graph.edges.filter(({ parent }) => isUser(parent));
  return new Map(
    users.flatMap(({ parent: { name } }) => {
      const known = before.get(name);
      const stands = known !== undefined && graph.nodes.has(known.hook);
      const isAsked = [name, ...(known?.way ?? [])].some((each) => asked.has(each));
      const viewed = stands && !isAsked ? known : viewedHook(graph, name);
      return viewed === null ? [] : [[name, viewed] as const];
    }),
  );
}

/** The nodes that a command reopens, or the device that it moves. */
function changedByName({ execute, arguments: args }: QmpCommand): ReadonlySet<string> {
  const { options, path } = args;
  if (execute === "qom-set" && typeof path === "string") return new Set(path.split("/").slice(-1));
  if (execute !== "blockdev-reopen" || !Array.isArray(options)) return new Set();
  return new Set(
    options.flatMap((each) => {
      if (typeof each !== "object" || each === null || Array.isArray(each)) return [];
      const name = each["node-name"];
      return typeof name === "string" ? [name] : [];
    }),
  );
}
