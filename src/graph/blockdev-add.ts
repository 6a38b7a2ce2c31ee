/**
 * `blockdev-add`: opens a node, and the nodes that it defines inline (QEMU block.c, `bdrv_open`).
 *
 * A child is given as the name of a node that exists, or as the definition of a new one. First the
 * `file` of a format or filter is opened; then the node gets its name; then its other children are
 * opened, in the order of the driver. Each is attached in its turn, and the permissions below the
 * new node are refreshed every time. So a command is refused for what goes wrong first, and a child
 * may be a node that an earlier child defined inline.
 *
 * Inline children belong to their parent and vanish with it. Unless they say otherwise they are
 * named `#block0`, `#block1`..., pass discards on, and are read-only if their parent is; an inline
 * backing file is read-only anyway.
 */
import { z } from "zod";
import type { ChildSlot, DriverShape } from "./catalogue.ts";
import type { CommandContext } from "./command.ts";
import { defineCommand } from "./command.ts";
import { requireNoCycle } from "./cycle.ts";
import { checkDefinition, isDefinition, ownOptions } from "./definition.ts";
import { attach } from "./edges.ts";
import { findNode } from "./find-node.ts";
import type { Graph, GraphNode, JsonObject, JsonValue } from "./graph.ts";
import { NO_DEMANDS } from "./permission.ts";
import { refreshPermissions } from "./refresh.ts";
import { refuse } from "./refuse.ts";
import { replaceNode } from "./replace-node.ts";
import { shapeOf } from "./shape-of.ts";

/** Characters that QEMU allows in a name that a user gives (util/id.c, `id_wellformed`). */
export const WELL_FORMED = /^[A-Za-z][A-Za-z0-9._-]*$/;
const NODE_NAME_MAX = 31;

/** Any object: drivers look at the options, and nobody at what no driver knows. */
const definition = z.custom<JsonObject>();

export const blockdevAdd = defineCommand({
  name: "blockdev-add",
  summary: "Opens a node, with the children that it defines inline.",
  schema: definition,
  apply(graph, args, context) {
    checkDefinition(args, "", context.drivers);
    return openNode(graph, args, { ...context, before: graph }, null).graph;
  },
});

interface OpenContext extends CommandContext {
  /** the graph before the command */
  readonly before: Graph;
}

/**
 * Opens a node of a definition that was checked.
 * @param inherits whether its parent is read-only; null: it has none, and the monitor owns it
 */
export function openNode(
  before: Graph,
  args: JsonObject,
  context: OpenContext,
  inherits: boolean | null,
): Opened {
  const { driver: driverName, "node-name": given } = args;
  const driver = shapeOf(String(driverName), context.drivers);
  const monitorOwned = inherits === null;
  const own = ownOptions(driver, args);
  const options: JsonObject = monitorOwned ? own : { discard: "unmap", ...own };
  if (given === undefined && monitorOwned) {
    throw refuse("'node-name' must be specified for the root node");
  }
  const readOnly = (options["read-only"] ?? inherits ?? false) === true;
  let graph = before;
  const found = new Map<string, string>();
  const find = (slot: ChildSlot) => {
    const reference = args[slot.name];
    if (reference === undefined || reference === null || found.has(slot.name)) return;
    const child = openChild(graph, slot, reference, context, readOnly);
    graph = child.graph;
    found.set(slot.name, child.name);
  };
  for (const slot of driver.children) if (slot.name === "file") find(slot);
  const name = given === undefined ? `#block${graph.autoNames}` : checkName(graph, String(given));
  const node: GraphNode = {
    name,
    driver: driver.name,
    options,
    readOnly,
    monitorOwned,
    inheritsFrom: null,
    found: {},
    bitmaps: new Map(),
  };
  graph = withNode(graph, node);
  if (given === undefined) graph = { ...graph, autoNames: graph.autoNames + 1 };
  for (const slot of driver.children) {
    find(slot);
    const child = found.get(slot.name);
    if (child === undefined) continue;
    requireNoCycle(graph, child, slot.name, name);
    const parent = { kind: "node", name } as const;
    if (isDefinition(args[slot.name])) graph = inheriting(graph, child, name);
    const edge = { parent, child, name: slot.name, roles: slot.roles, ...NO_DEMANDS };
    graph = refreshPermissions(attach(graph, edge), [name], { ...context, opening: name });
  }
  graph = refreshPermissions(withNode(graph, node), [name], context);
  graph = appended(graph, node, driver, context);
  driver.opened?.(graph, node, context.drivers);
  const known = driver.find?.(graph, node, context.drivers);
  return { graph: known === undefined ? graph : withNode(graph, { ...node, found: known }), name };
}

/** Puts a node above another one, under all who use that, if its driver does so by itself. */
function appended(
  graph: Graph,
  { name, options }: GraphNode,
  { appends, children }: DriverShape,
  context: OpenContext,
): Graph {
  const to = appends === undefined ? undefined : options[appends.option];
  const slot = children.find((each) => each.name === appends?.child);
  if (typeof to !== "string" || slot === undefined) return graph;
  const { name: child } = findNode(graph, to);
  const parent = { kind: "node", name } as const;
  const linked = attach(graph, { parent, child, ...slot, ...NO_DEMANDS });
  return refreshPermissions(replaceNode(linked, child, name, context), [name, child], context);
}

/** A node comes after those that it was given: parents stand last. */
function withNode(graph: Graph, node: GraphNode): Graph {
  const nodes = new Map(graph.nodes);
  nodes.delete(node.name);
  return { ...graph, nodes: nodes.set(node.name, node) };
}

function inheriting(graph: Graph, child: string, parent: string): Graph {
  const node = graph.nodes.get(child);
  if (node === undefined) return graph;
  // Where it is in the order of nodes, it stays.
  const nodes = new Map(graph.nodes).set(child, { ...node, inheritsFrom: parent });
  return { ...graph, nodes };
}

interface Opened {
  readonly graph: Graph;
  readonly name: string;
}

function openChild(
  graph: Graph,
  slot: ChildSlot,
  reference: JsonValue,
  context: OpenContext,
  readOnly: boolean,
): Opened {
  const backing = slot.roles.includes("cow");
  const prefix = backing ? "Could not open backing file: " : "";
  if (typeof reference === "string") {
    if (graph.nodes.has(reference)) return { graph, name: reference };
    throw refuse(`${prefix}Cannot find device='${reference}' nor node-name='${reference}'`);
  }
  return openNode(graph, definition.parse(reference), context, backing || readOnly);
}

function checkName(graph: Graph, name: string): string {
  if (!WELL_FORMED.test(name)) throw refuse(`Invalid node-name: '${name}'`);
  if (name.length > NODE_NAME_MAX) throw refuse("Node name too long");
  if (graph.devices.has(name)) throw refuse(`node-name=${name} is conflicting with a device id`);
  if (graph.nodes.has(name)) throw refuse(`Duplicate nodes with node-name='${name}'`);
  return name;
}
