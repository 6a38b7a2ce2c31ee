/**
 * What is reopened with a node: the inline nodes below it, which inherit again what they inherited.
 */
import type { DriverShape } from "./catalogue.ts";
import type { CommandContext } from "./command.ts";
import { inheritedCache, isDefinition } from "./definition.ts";
import type { Graph, GraphNode, JsonObject } from "./graph.ts";
import { refuse } from "./refuse.ts";
import { shapeOf } from "./shape-of.ts";
import { Topology } from "./topology.ts";

/** One node that is to be reopened. */
export interface Reopened {
  readonly node: GraphNode;
  readonly shape: DriverShape;
  readonly given: JsonObject;
  /** what the node will be */
  readonly readOnly: boolean;
  /** what the node will be: a reopen can inactivate a node, and never activates one */
  readonly inactive: boolean;
}

/** What a node is reopened to be, unless its own options say more. */
export interface Inherited {
  /** undefined: nobody says */
  readonly readOnly: boolean | undefined;
  readonly inactive: boolean;
}

/**
 * A node that is to be reopened, and the nodes below it that inherit from it.
 *
 * A child that is defined again has what its definition says. One that is named, or left out, keeps
 * all its options, also what it inherited when it was opened. Both then take `read-only` from what
 * was given for their parent, if they were not given it themselves; a backing file is read-only
 * anyway. A child that another one replaces is left alone.
 * @param own what the node is to be
 * @param earlier what was to be reopened already: what was given for it then still holds
 */
export function withInlineChildren(
  graph: Graph,
  node: GraphNode,
  given: JsonObject,
  own: Inherited,
  context: CommandContext,
  earlier: ReadonlyMap<string, Reopened>,
): Reopened[] {
  const shape = shapeOf(node.driver, context.drivers);
  const inactive = node.inactive || own.inactive || given.active === false;
  const below = Topology.of(graph)
    .children(node.name)
    .flatMap((edge) => {
      const child = graph.nodes.get(edge.child);
      if (child?.inheritsFrom !== node.name) return [];
      const said = given[edge.name];
      if (said === null || (typeof said === "string" && said !== child.name)) return [];
      const inherited = edge.roles.includes("cow") ? true : own.readOnly;
      const before = earlier.get(child.name)?.given;
      if (isDefinition(said)) {
        const cache = inheritedCache(given.cache, said.cache);
        const options = { discard: "unmap", ...before, ...said, ...(cache && { cache }) };
        const readOnly = flag(options) ?? inherited;
        return withInlineChildren(graph, child, options, { readOnly, inactive }, context, earlier);
      }
      const options = before ?? { ...child.options, ...referencesOf(graph, child) };
      const readOnly = flag(options) ?? inherited ?? child.readOnly;
      return withInlineChildren(graph, child, options, { readOnly, inactive }, context, earlier);
    });
  return [{ node, shape, given, readOnly: own.readOnly === true, inactive }, ...below];
}

/** Whether options say that a node is read-only; undefined: they do not say. */
export function flag({ "read-only": readOnly }: JsonObject): boolean | undefined {
  return readOnly === undefined ? undefined : readOnly === true;
}

/** Options of every node that a reopen may change. */
const COMMON: ReadonlySet<string> = new Set([
  ...["read-only", "auto-read-only", "discard", "detect-zeroes", "cache"],
]);

/** @throws BlockgraphError `graph-refused` if the node's driver cannot be reopened */
export function requireReopens({ name, driver }: GraphNode, { reopens }: DriverShape): void {
  if (reopens !== null) return;
  const format = `Block format '${driver}' used by node '${name}'`;
  throw refuse(`${format} does not support reopening files`);
}

/** Whether a node keeps an option for ever. */
export function isFixed(name: string, { children, reopens }: DriverShape): boolean {
  if (COMMON.has(name) || reopens?.includes(name) === true) return false;
  return children.every((slot) => slot.name !== name);
}

/**
 * An option that a node was given, and keeps, must be given again (`bdrv_reset_options_allowed`).
 * Of `active` QEMU has forgotten by then whether it was.
 * @throws BlockgraphError `graph-refused`
 */
export function requireNothingReset(
  { options }: GraphNode,
  shape: DriverShape,
  given: JsonObject,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (!isFixed(name, shape) || value === undefined) continue;
    if (name !== "active" && given[name] !== undefined) continue;
    throw refuse(`Option '${name}' cannot be reset to its default value`);
  }
}

/** A node's children as its options would name them. */
function referencesOf(graph: Graph, { name }: GraphNode): JsonObject {
  const edges = Topology.of(graph).children(name);
  return Object.fromEntries(edges.map((edge) => [edge.name, edge.child]));
}
