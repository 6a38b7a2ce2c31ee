/**
 * `blockdev-add`: opens a node, and the nodes that it defines inline (QEMU block.c, `bdrv_open`).
 *
 * A child is given as the name of a node that exists, or as the definition of a new one;
 * definitions are opened first, named `#block0`, `#block1`... unless they name themselves, belong
 * to their parent and vanish with it. Inline children pass discards on unless told otherwise.
 */
import { z } from "zod";
import type { ChildSlot } from "./catalogue.ts";
import type { CommandContext } from "./command.ts";
import { defineCommand } from "./command.ts";
import { attach } from "./edges.ts";
import type { Graph, JsonObject, JsonValue } from "./graph.ts";
import { parseArguments, refuse } from "./refuse.ts";

/** Characters that QEMU allows in a name that a user gives (util/id.c, `id_wellformed`). */
export const WELL_FORMED = /^[A-Za-z][A-Za-z0-9._-]*$/;
const NODE_NAME_MAX = 31;
/** Deeper definitions are refused: no real graph needs them, and they would exhaust the stack. */
const NESTING_MAX = 64;

/** Any object: drivers look at the options, and nobody at what no driver knows. */
const definition = z.custom<JsonObject>();

export const blockdevAdd = defineCommand({
  name: "blockdev-add",
  summary: "Opens a node, with the children that it defines inline.",
  schema: definition,
  apply(graph, args, context) {
    const opened = open(graph, args, context, { at: "", depth: 0, monitorOwned: true });
    const touched = [...opened.graph.nodes.keys()].filter((known) => !graph.nodes.has(known));
    return context.refresh(opened.graph, touched);
  },
});

interface Opening {
  /** prefix of parameter names in messages */
  readonly at: string;
  readonly depth: number;
  readonly monitorOwned: boolean;
}

function open(
  before: Graph,
  args: JsonObject,
  context: CommandContext,
  opening: Opening,
): { graph: Graph; name: string } {
  if (opening.depth > NESTING_MAX) throw refuse("Block device definition is nested too deeply");
  const { driver: driverName, "node-name": given, ...rest } = args;
  const driver = context.drivers.get(text(driverName, `${opening.at}driver`));
  if (driver === undefined) {
    throw refuse(`Parameter 'driver' does not accept value '${String(driverName)}'`);
  }
  let graph = before;
  const children: { slot: ChildSlot; name: string }[] = [];
  const options: JsonObject = { ...(opening.monitorOwned ? {} : { discard: "unmap" }), ...rest };
  for (const slot of driver.children) delete options[slot.name];
  parseArguments(driver.options, options, opening.at);
  if (given === undefined && opening.monitorOwned) {
    throw refuse("'node-name' must be specified for the root node");
  }
  for (const slot of driver.children) {
    const child = openChild(graph, rest[slot.name], `${opening.at}${slot.name}`, context, opening);
    graph = child.graph;
    children.push({ slot, name: child.name });
  }
  const name =
    given === undefined
      ? `#block${graph.autoNames}`
      : checkName(graph, text(given, `${opening.at}node-name`));
  const { monitorOwned } = opening;
  graph = {
    ...graph,
    nodes: new Map(graph.nodes).set(name, { name, driver: driver.name, options, monitorOwned }),
    autoNames: graph.autoNames + (given === undefined ? 1 : 0),
  };
  for (const { slot, name: child } of children) {
    const parent = { kind: "node", name } as const;
    graph = attach(graph, { parent, child, name: slot.name, roles: slot.roles });
  }
  return { graph, name };
}

function openChild(
  graph: Graph,
  reference: JsonValue | undefined,
  at: string,
  context: CommandContext,
  parent: Opening,
): { graph: Graph; name: string } {
  if (reference === undefined) throw refuse(`Parameter '${at}' is missing`);
  if (typeof reference === "string") {
    if (graph.nodes.has(reference)) return { graph, name: reference };
    throw refuse(`Cannot find device='${reference}' nor node-name='${reference}'`);
  }
  if (typeof reference !== "object" || reference === null || Array.isArray(reference)) {
    throw refuse(`Invalid parameter type for '${at}', expected: BlockdevRef`);
  }
  const opening = { at: `${at}.`, depth: parent.depth + 1, monitorOwned: false };
  return open(graph, reference, context, opening);
}

function text(value: JsonValue | undefined, name: string): string {
  return parseArguments(z.object({ [name]: z.string() }), { [name]: value })[name] ?? "";
}

function checkName(graph: Graph, name: string): string {
  if (!WELL_FORMED.test(name)) throw refuse(`Invalid node-name: '${name}'`);
  if (name.length > NODE_NAME_MAX) throw refuse("Node name too long");
  if (graph.devices.has(name)) throw refuse(`node-name=${name} is conflicting with a device id`);
  if (graph.nodes.has(name)) throw refuse(`Duplicate nodes with node-name='${name}'`);
  return name;
}
