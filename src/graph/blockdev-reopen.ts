/**
 * `blockdev-reopen`: gives nodes other options, and formats and filters another `file` or `backing`
 * (QEMU block.c, `bdrv_reopen_multiple`). Several nodes change together or not at all.
 *
 * An option that is left out goes back to its default, but for `discard`, which stays. Inline
 * children are reopened with their parent, and inherit again what they inherited. Every node is
 * prepared in turn, against the graph that those before it have made: an edge that changes is
 * detached, and its successor attached. Then permissions are refreshed once, below all nodes and
 * below the children that they lost, as if all had their new options already.
 *
 * QEMU 7.2 aborts whenever an edge above a diamond is detached here, also while it undoes what was
 * refused (defect M1; rewiring.ts).
 */

import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { requireAttachable } from "./attachable.ts";
import { requireUnmap } from "./blockdev-add.ts";
import type { ChildSlot, DriverShape } from "./catalogue.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { requireNoCycle } from "./cycle.ts";
import { checkDefinition, isDefinition, ownOptions } from "./definition.ts";
import { closeUnused } from "./edges.ts";
import { nodes, opened, sent } from "./example.ts";
import { find, findNode } from "./find-node.ts";
import { requireFlushable } from "./flush.ts";
import { isFrozen } from "./frozen.ts";
import {
  type Edge,
  type Graph,
  type GraphNode,
  type JsonObject,
  type JsonValue,
  withNode,
} from "./graph.ts";
import { explicitBelow, isImplicit } from "./implicit.ts";
import { imageBelow, lengthAtOpen } from "./length.ts";
import { NO_DEMANDS } from "./permission.ts";
import type { Profile } from "./profile.ts";
import { type RefreshContext, refreshPermissions } from "./refresh.ts";
import { isRefusal, leaving, Refusal, refuse } from "./refuse.ts";
import {
  flag,
  isFixed,
  type Reopened,
  requireNothingReset,
  requireReopens,
  withInlineChildren,
} from "./reopened.ts";
import { Rewiring } from "./rewiring.ts";
import { Topology } from "./topology.ts";

/** Whatever is given: it is looked at as a definition. */
const definition = z.custom<JsonObject>();

export const blockdevReopen = defineCommand({
  name: "blockdev-reopen",
  summary: "Gives nodes other options and children, all of them or none.",
  schema: z.strictObject({
    options: z.array(definition).meta({
      description: "nodes, each with all its options and children as `blockdev-add` takes them",
    }),
  }),
  example: [
    ...nodes("disk", "target"),
    opened("raw", "top", { file: "disk" }),
    opened("copy-before-write", "hook", { file: "disk", target: "target" }),
    sent("blockdev-reopen", { options: [{ driver: "raw", "node-name": "top", file: "hook" }] }),
  ],
  apply(before, { options }, context) {
    for (const [index, given] of options.entries()) {
      checkDefinition(given, `options[${index}].`, context.drivers);
    }
    requireSome(options, context.profile);
    const twice =
      context.profile.reopenedTwice === "stays-drained" ? repeated(options, before, context) : [];
    try {
      return drained(reopened(before, options, context), twice);
    } catch (error) {
      if (twice.length === 0 || !isRefusal(error)) throw error;
      const left = error instanceof Refusal ? error.graph : null;
      throw leaving(error, drained(left ?? before, twice));
    }
  },
});

function reopened(before: Graph, options: readonly JsonObject[], context: CommandContext): Graph {
  const queue = queueOf(before, merged(options), context);
  const nodes = new Map(before.nodes);
  for (const { node, given, shape, readOnly, inactive } of queue) {
    const { discard } = node.options;
    const options = { ...(discard !== undefined && { discard }), ...ownOptions(shape, given) };
    nodes.set(node.name, { ...node, options, readOnly, inactive });
  }
  const rewiring = new Rewiring({ ...before, nodes }, context.profile);
  try {
    const roots = queue.flatMap((element) => [
      element.node.name,
      ...prepare(element, before, rewiring, context),
    ]);
    const agreed = refreshPermissions(rewiring.graph, roots, { ...context, before });
    const graph = withoutKept(agreed, queue, context);
    const closed = rewiring.detached.map(({ child }) => child);
    const after = closed.reduce((rest, name) => closeUnused(rest, name, context), graph);
    requireOpen(queue, after, context.profile);
    return measuredAgain(after, queue, context);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error instanceof Refusal) throw error;
    const undone = { ...before, edges: rewiring.undo().edges };
    throw new Refusal(error.message, undone, null, { cause: error });
  }
}

/** What nodes kept of a resize that failed, they let go of when all have agreed. */
function withoutKept(agreed: Graph, queue: readonly Reopened[], context: CommandContext): Graph {
  const names = queue.map(({ node }) => node.name);
  const keeping = names.filter((name) => agreed.nodes.get(name)?.found.keeps === true);
  if (keeping.length === 0) return agreed;
  const nodes = new Map(agreed.nodes);
  for (const node of keeping.flatMap((name) => nodes.get(name) ?? [])) {
    const { keeps: _, ...found } = node.found;
    nodes.set(node.name, { ...node, found });
  }
  const graph = { ...agreed, nodes };
  return refreshPermissions(graph, keeping, { ...context, before: graph });
}

/** @throws Refusal where the profile's QEMU aborts */
function requireSome(options: readonly JsonObject[], { emptyReopen }: Profile): void {
  if (options.length > 0 || emptyReopen === "allowed") return;
  const text = "QEMU aborts when there is nothing to reopen; give at least one node";
  throw new Refusal(text, null, "abort");
}

/** Nodes that come twice, as far as QEMU gets: by their name, or inline below another one. */
function repeated(
  options: readonly JsonObject[],
  graph: Graph,
  context: CommandContext,
): readonly string[] {
  const names: string[] = [];
  try {
    for (const given of options) {
      names.push(...queued(graph, given, context, new Map()).map(({ node }) => node.name));
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  return names.filter((name, index) => names.indexOf(name) < index);
}

/** The graph with nodes that stand still from now on. */
function drained(graph: Graph, names: readonly string[]): Graph {
  if (names.length === 0) return graph;
  const nodes = new Map(graph.nodes);
  for (const name of names) {
    const node = nodes.get(name);
    if (node !== undefined) nodes.set(name, { ...node, found: { ...node.found, drained: true } });
  }
  return { ...graph, nodes };
}

/** Where nodes keep their lengths, those that are reopened ask once more, the last one first. */
function measuredAgain(after: Graph, queue: readonly Reopened[], context: CommandContext): Graph {
  if (context.profile.lengths !== "kept") return after;
  let graph = after;
  for (const { node } of queue.toReversed()) {
    const now = graph.nodes.get(node.name);
    if (now === undefined || Topology.of(graph).children(node.name).length === 0) continue;
    const length = lengthAtOpen(graph, now, context);
    graph = withNode(graph, { ...now, length });
  }
  return graph;
}

/** @throws Refusal where the profile's QEMU crashes */
function requireOpen(queue: readonly Reopened[], after: Graph, { closedReopen }: Profile): void {
  const closed = queue.find(({ node }) => !after.nodes.has(node.name))?.node.name;
  if (closed === undefined || closedReopen === "allowed") return;
  const text =
    `QEMU crashes when '${closed}' is reopened and loses its last user in one command; ` +
    "reopen the others only";
  throw new Refusal(text, null, "crash");
}

/** What is said twice of a node is said once: the later options win, where they are given. */
function merged(options: readonly JsonObject[]): JsonObject[] {
  const found: JsonObject[] = [];
  for (const given of options) {
    const name = given["node-name"];
    const index = found.findIndex((each) => name !== undefined && each["node-name"] === name);
    if (index === -1) found.push(given);
    else found[index] = { ...found[index], ...given };
  }
  return found;
}

/** All that is reopened: a node that comes again stays where it is, with what is known last. */
function queueOf(graph: Graph, options: readonly JsonObject[], context: CommandContext) {
  const queue = new Map<string, Reopened>();
  for (const given of options) {
    for (const element of queued(graph, given, context, queue)) {
      queue.set(element.node.name, element);
    }
  }
  return [...queue.values()];
}

/** An element of the list, and the inline nodes below it, which are reopened with it. */
function queued(
  graph: Graph,
  listed: JsonObject,
  context: CommandContext,
  earlier: ReadonlyMap<string, Reopened>,
) {
  const name = listed["node-name"];
  if (typeof name !== "string") throw refuse("node-name not specified");
  const node = find(graph, name, `Failed to find node with node-name='${name}'`);
  const given = { ...earlier.get(name)?.given, ...listed };
  const own = { readOnly: flag(given), inactive: false };
  return withInlineChildren(graph, node, given, own, context, earlier);
}

/** Rewires for one element. @returns nodes that lost a user, in the order of refresh */
function prepare(
  { node, shape, given }: Reopened,
  before: Graph,
  rewiring: Rewiring,
  context: CommandContext,
): string[] {
  requireFlushable(before, node.name, context.drivers);
  requireReopens(node, shape);
  requireUnmap(given, (given.discard ?? node.options.discard) === "unmap");
  requireNothingReset(node, shape, given);
  const reopened = rewiring.graph.nodes.get(node.name) ?? node;
  shape.opened?.(rewiring.graph, reopened, context);
  const edges = Topology.of(before).children(node.name);
  const edgeOf = (slot: ChildSlot) => edges.find(({ name }) => name === slot.name);
  const backing = shape.children.find(({ roles }) => roles.includes("cow"));
  const named = shape.headed === true ? imageBelow(before, node, context)?.header?.backing : null;
  const hasBacking = (named ?? null) !== null || (backing && edgeOf(backing)) !== undefined;
  if (backing !== undefined && hasBacking && given.backing === undefined) {
    throw refuse(`backing is missing for '${node.name}'`);
  }
  const file = shape.children.find(({ name }) => name === "file");
  const lost = [backing, file].flatMap((slot) =>
    slot === undefined
      ? []
      : changeChild(node, slot, edgeOf(slot), given[slot.name], rewiring, { ...context, before }),
  );
  requireUnchanged(node, shape, given, edges);
  return lost;
}

/** @returns the child that was lost, if one was */
function changeChild(
  node: GraphNode,
  { name, roles }: ChildSlot,
  old: Edge | undefined,
  reference: JsonValue | undefined,
  rewiring: Rewiring,
  context: RefreshContext,
): string[] {
  if (reference === undefined || isDefinition(reference)) return [];
  const child = typeof reference === "string" ? reference : null;
  if (child !== null) {
    findNode(rewiring.graph, child);
    requireNoCycle(rewiring.graph, child, name, node.name);
  }
  if (child === (old?.child ?? null)) return [];
  if (old !== undefined && isImplicit(rewiring.graph, old.child)) {
    if (child === explicitBelow(rewiring.graph, old.child)) return [];
    throw refuse(`Cannot replace implicit ${name} child of ${node.name}`);
  }
  if (old !== undefined) {
    if (isFrozen(rewiring.graph, old, context.drivers)) {
      throw refuse(`Cannot change frozen '${name}' link from '${node.name}' to '${old.child}'`);
    }
    rewiring.detach(old);
  }
  if (child !== null) {
    const parent = { kind: "node", name: node.name } as const;
    const edge = { parent, child, name, roles, ...NO_DEMANDS };
    requireAttachable(rewiring.graph, edge, context);
    rewiring.attach(edge);
  }
  return old === undefined ? [] : [old.child];
}

/** Whatever else is given must be what the node has, unless its driver can change it. */
function requireUnchanged(
  node: GraphNode,
  shape: DriverShape,
  given: JsonObject,
  edges: readonly Edge[],
): void {
  if (given.driver !== undefined && given.driver !== node.driver) {
    throw refuse("Cannot change the option 'driver'");
  }
  if (given["node-name"] !== undefined && given["node-name"] !== node.name) {
    throw refuse("Cannot change the option 'node-name'");
  }
  for (const { name } of shape.children) {
    const child = edges.find((edge) => edge.name === name)?.child;
    const fixed = name !== "file" && name !== "backing" && typeof given[name] === "string";
    if (fixed && given[name] !== child) throw refuse(`Cannot change the option '${name}'`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (name === "driver" || name === "node-name" || name === "active") continue;
    if (!isFixed(name, shape)) continue;
    // It is kept in another form than it is given, and so differs from itself.
    if (name === "force-share" || !isDeepStrictEqual(value, node.options[name])) {
      throw refuse(`Cannot change the option '${name}'`);
    }
  }
}
