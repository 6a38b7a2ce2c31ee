/**
 * `blockdev-add`: opens a node, and the nodes that it defines inline (QEMU block.c, `bdrv_open`).
 *
 * A child is given as the name of a node that exists, or as the definition of a new one. First the
 * `file` of a format or filter is opened; then the node gets its name; then its other children are
 * opened, in the order of the driver. Each is attached in its turn, and the permissions below the
 * new node are refreshed every time. So a command is refused for what goes wrong first, and a child
 * may be a node that an earlier child defined inline. A backing file that the command does not
 * speak of is the one that the image's header names, if the images are known.
 *
 * Inline children belong to their parent and vanish with it. Unless they say otherwise they are
 * named `#block0`, `#block1`..., pass discards on, and are read-only or share everything if their
 * parent does; an inline backing file is read-only anyway.
 */

import { z } from "zod";
import { requireAttachable } from "./attachable.ts";
import type { ChildSlot, DriverShape } from "./catalogue.ts";
import type { CommandContext } from "./command.ts";
import { defineCommand } from "./command.ts";
import {
  checkDefinition,
  type GivenChild,
  givenChildren,
  inheritedCache,
  isDefinition,
  ownOptions,
} from "./definition.ts";
import { attach, closeNode, closeUnused, detach } from "./edges.ts";
import { opened } from "./example.ts";
import { findDeviceOrNode, findNode } from "./find-node.ts";
import {
  type Graph,
  type GraphNode,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  withNode,
} from "./graph.ts";
import { backingDefinition, factOf } from "./image-facts.ts";
import { imageBelow, lengthAtOpen } from "./length.ts";
import { loadedBitmaps } from "./loaded-bitmaps.ts";
import { NO_DEMANDS } from "./permission.ts";
import { refreshPermissions } from "./refresh.ts";
import {
  isRefusal,
  leaving,
  prefixed,
  Refusal,
  refuse,
  takingBack,
  unlessRefused,
} from "./refuse.ts";
import { replaceNode } from "./replace-node.ts";
import { ROOT_ROLES } from "./role.ts";
import { shapeOf } from "./shape-of.ts";
import { telling } from "./telling.ts";

/** Characters that QEMU allows in a name that a user gives (util/id.c, `id_wellformed`). */
export const WELL_FORMED = /^[A-Za-z][A-Za-z0-9._-]*$/;
const NODE_NAME_MAX = 31;

/** Any object: drivers look at the options, and nobody at what no driver knows. */
const definition = z.custom<JsonObject>().meta({
  description:
    "`driver`, `node-name`, the options of all nodes and those of the driver, and for each of " +
    "its children the name of a node or another such definition",
});

export const blockdevAdd = defineCommand({
  name: "blockdev-add",
  summary: "Opens a node, with the children that it defines inline.",
  schema: definition,
  example: [
    opened("raw", "disk", { discard: "unmap", file: { driver: "file", filename: "disk.raw" } }),
  ],
  apply(graph, args, context) {
    checkDefinition(args, "", context.drivers);
    return takingBack(
      graph,
      () => openNode(graph, args, { ...context, before: graph }, null).graph,
    );
  },
});

interface OpenContext extends CommandContext {
  /** the graph before the command */
  readonly before: Graph;
}

/** What an inline node is as its parent is. */
interface Inherited {
  /** unless its definition says otherwise */
  readonly readOnly: boolean;
  /** unless its definition says otherwise */
  readonly forceShare: boolean;
  /** each of its options unless its definition says otherwise; absent: nothing was said */
  readonly cache?: JsonObject;
  /** whatever its definition says */
  readonly inactive: boolean;
}

/** What the filter of a job inherits, which has no parent that defines it: nothing. */
export const INHERITS_NOTHING: Inherited = {
  readOnly: false,
  forceShare: false,
  inactive: false,
};

/**
 * Opens a node of a definition that was checked.
 * @param inherits null: it has no parent, and the monitor owns it
 */
export function openNode(
  before: Graph,
  args: JsonObject,
  context: OpenContext,
  inherits: Inherited | null,
): Opened {
  const { driver: driverName, "node-name": ownName } = args;
  const driver = shapeOf(String(driverName), context.drivers);
  const monitorOwned = inherits === null;
  const options = optionsOf(driver, args, inherits);
  if (ownName === undefined && monitorOwned) {
    throw refuse("'node-name' must be specified for the root node");
  }
  const self = selfOf(options, inherits);
  let graph = before;
  let added: string | null = null;
  const found = new Map<string, string>();
  const find = ({ slot, reference }: GivenChild) => {
    if (found.has(slot.name)) return;
    // A parent that has no name yet is not known to be inactive.
    const parent = added === null ? { ...self, inactive: false } : self;
    const child = openChild(graph, slot, reference, context, parent);
    graph = child.graph;
    found.set(slot.name, child.name);
  };
  try {
    const given = givenChildren(driver, args);
    for (const each of given) if (each.slot.name === "file") find(each);
    if (inherits !== INHERITS_NOTHING) graph = probed(graph, found.get("file"), context);
    if (self.forceShare && !self.readOnly) {
      throw refuse("force-share=on can only be used with read-only images");
    }
    requireUnmap(options, options.discard === "unmap");
    const name = ownName === undefined ? autoName(graph) : checkName(graph, String(ownName));
    const node: GraphNode = {
      name,
      driver: driver.name,
      options,
      readOnly: self.readOnly,
      inactive: self.inactive,
      monitorOwned,
      inheritsFrom: null,
      found: {},
      length: null,
      nextChild: given.filter(({ slot }) => driver.children.every((each) => each !== slot)).length,
      bitmaps: new Map(),
    };
    graph = withNode(graph, node);
    added = name;
    if (ownName === undefined) graph = { ...graph, autoNames: graph.autoNames + 1 };
    driver.checked?.({ ...args, ...options }, context.images);
    const attachChild = (each: GivenChild) => {
      const { slot, reference } = each;
      find(each);
      const child = found.get(slot.name);
      if (child === undefined) return;
      const parent = { kind: "node", name } as const;
      const edge = { parent, child, name: slot.name, roles: slot.roles, ...NO_DEMANDS };
      // The filter of a job asks for everything at once: block.c, `bdrv_new_open_driver_opts`.
      const refresh = { ...context, ...(inherits !== INHERITS_NOTHING && { opening: name }) };
      requireAttachable(graph, edge, refresh);
      if (isDefinition(reference)) graph = inheriting(graph, child, name);
      graph = refreshPermissions(attach(graph, edge), [name], refresh);
    };
    for (const each of given) if (!each.slot.roles.includes("cow")) attachChild(each);
    const backing = headed(graph, node, context, driver, args);
    for (const each of given) if (each.slot.roles.includes("cow")) attachChild(each);
    if (backing !== null) attachChild(backing);
    const readOnly = node.readOnly || isUnwritable(driver, options, context);
    const known = { ...node, readOnly, length: lengthAtOpen(graph, node, context) };
    const opened = { ...known, bitmaps: loadedBitmaps(graph, known, context) };
    graph = refreshPermissions(withNode(graph, opened), [name], context);
    graph = appended(graph, opened, driver, context);
    driver.opened?.(graph, opened, context);
    return { graph: lookingAround(graph, opened, driver, context), name };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const reached = error instanceof Refusal && error.graph !== null ? error.graph : graph;
    throw leaving(error, closedAgain(reached, added, [...found.values()], context));
  }
}

/** What a node hands down to those that it defines inline. */
function selfOf(options: JsonObject, inherits: Inherited | null): Inherited {
  return {
    readOnly: (options["read-only"] ?? inherits?.readOnly ?? false) === true,
    forceShare: options["force-share"] === true,
    inactive: inherits?.inactive === true || options.active === false,
    ...(isJsonObject(options.cache) && { cache: options.cache }),
  };
}

/**
 * QEMU looks at the first bytes of a file through a user of its own, unless a job opens the node.
 * Where the file can be attached afterwards, that is refused for the same reasons.
 */
function probed(graph: Graph, file: string | undefined, context: OpenContext): Graph {
  if (file === undefined || graph.nodes.get(file)?.inactive !== true) return graph;
  const parent = { kind: "backend", name: "probe" } as const;
  const user = { parent, child: file, name: "root", roles: ROOT_ROLES, ...NO_DEMANDS };
  const alone = detach(refreshPermissions(attach(graph, user), [file], context), user);
  return unlessRefused(alone, () => refreshPermissions(alone, [file], context));
}

/** The options as given, and those that it inherits. */
function optionsOf(driver: DriverShape, args: JsonObject, inherits: Inherited | null): JsonObject {
  const own = ownOptions(driver, args);
  const cache = inheritedCache(inherits?.cache, own.cache);
  return {
    ...(inherits !== null && { discard: "unmap" }),
    ...(inherits?.forceShare === true && { "force-share": true }),
    ...own,
    ...(cache && { cache }),
  };
}

/** @throws BlockgraphError `graph-refused` if zeros were to be unmapped although nothing is */
export function requireUnmap({ "detect-zeroes": detects }: JsonObject, unmaps: boolean): void {
  if (detects !== "unmap" || unmaps) return;
  throw refuse(
    "setting detect-zeroes to unmap is not allowed without setting discard operation to unmap",
  );
}

/** A node that is open finds out what it goes by from then on, and tells charts what they need. */
function lookingAround(
  before: Graph,
  node: GraphNode,
  driver: DriverShape,
  { drivers }: OpenContext,
): Graph {
  const graph = telling(before, ...(driver.tells?.(node) ?? []));
  const found = driver.find?.(graph, node, drivers);
  return found === undefined ? graph : withNode(graph, { ...node, found });
}

/**
 * Whether the image of a node that may be read-only cannot be written (block.c,
 * `bdrv_apply_auto_read_only`).
 * @throws BlockgraphError `graph-refused` if it cannot, and the node has to be written
 */
function isUnwritable(driver: DriverShape, options: JsonObject, { images }: OpenContext): boolean {
  const known = driver.known?.(options);
  const text = known === undefined ? null : (factOf(known, images)?.unwritable ?? null);
  if (text === null || options["read-only"] === true) return false;
  if (options["auto-read-only"] === true) return true;
  throw refuse(text);
}

/** What is left of a node that cannot be opened: permissions below it were refreshed once more. */
function closedAgain(
  graph: Graph,
  name: string | null,
  children: readonly string[],
  context: OpenContext,
): Graph {
  const closed = name === null ? graph : closeNode(graph, name, context);
  return children.reduce((rest, child) => closeUnused(rest, child, context), closed);
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

/** Reads the header of an image, if that is known. @returns the backing file that counts */
function headed(
  graph: Graph,
  node: GraphNode,
  context: OpenContext,
  { name, children, headed: expected = false }: DriverShape,
  args: JsonObject,
): GivenChild | null {
  const image = expected ? imageBelow(graph, node, context) : null;
  if (image === null) return null;
  if (image.header === null) throw refuse(`Image is not in ${name} format`);
  const slot = children.find(({ roles }) => roles.includes("cow"));
  if (image.header.backing === null || slot === undefined) return null;
  const given = args[slot.name];
  if (isDefinition(given)) requireNameless(given, context);
  const reference = given === undefined ? backingDefinition(image.header) : null;
  return reference === null ? null : { slot, reference };
}

/**
 * A backing file that is defined inline is opened with the name from the header as well, unless its
 * own `file` is given by name (block.c, `bdrv_open_backing_file`).
 * @throws BlockgraphError `graph-refused` where QEMU cannot do with both
 */
function requireNameless(given: JsonObject, context: OpenContext): void {
  const { file } = given;
  if (isDefinition(file) && file.filename !== undefined) return;
  const text = againstName(given, context);
  if (text !== null) throw refuse(`Could not open backing file: ${text}`);
}

/** What is said against a name for a definition that has no use for it; null: nothing. */
function againstName(given: JsonObject, context: OpenContext): string | null {
  const { name, children } = shapeOf(String(given.driver), context.drivers);
  if (given.filename !== undefined) {
    return "Can't specify 'file' and 'filename' options at the same time";
  }
  const [slot] = children;
  if (slot === undefined) return `The only allowed filename for this driver is '${name}://'`;
  if (slot.list === true) return `Block format '${name}' does not support the option 'file'`;
  const child = given[slot.name];
  if (isDefinition(child)) return againstName(child, context);
  return "Cannot reference an existing block device with additional options or a new filename";
}

function inheriting(graph: Graph, child: string, parent: string): Graph {
  const node = graph.nodes.get(child);
  if (node === undefined) return graph;
  return withNode(graph, { ...node, inheritsFrom: parent });
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
  parent: Inherited,
): Opened {
  const backing = slot.roles.includes("cow");
  const inherits = backing ? { ...parent, readOnly: true } : parent;
  return prefixed(backing ? "Could not open backing file: " : "", () => {
    if (typeof reference === "string")
      return { graph, name: findDeviceOrNode(graph, reference).name };
    return openNode(graph, definition.parse(reference), context, inherits);
  });
}

/** The name of a node that is given none. */
export function autoName({ autoNames }: Graph): string {
  return `#block${autoNames}`;
}

/** @throws BlockgraphError `graph-refused` if no node can have the name */
export function checkName(graph: Graph, name: string): string {
  if (!WELL_FORMED.test(name)) throw refuse(`Invalid node-name: '${name}'`);
  if (name.length > NODE_NAME_MAX) throw refuse("Node name too long");
  if (graph.devices.has(name)) throw refuse(`node-name=${name} is conflicting with a device id`);
  if (graph.nodes.has(name)) throw refuse(`Duplicate nodes with node-name='${name}'`);
  return name;
}
