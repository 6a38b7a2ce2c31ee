/**
 * A block graph as a drawing: who uses it at the top, nodes below, and on every edge what it needs
 * of its child and lets others do; where each of these comes from stands in the hint.
 */
import type { Viz } from "@viz-js/viz";
import { DRIVERS } from "../../drivers/registry.ts";
import { backendsOf, type Edge, type Graph, type Parent } from "../../graph/graph.ts";
import { originOf } from "../../graph/mask-origin.ts";
import {
  ALL_PERMISSIONS,
  CONSISTENT_READ,
  masksText,
  permissionNames,
  permissionText,
  RESIZE,
  WRITE,
  WRITE_UNCHANGED,
} from "../../graph/permission.ts";
import type { Profile } from "../../graph/profile.ts";
import type { LiveNode } from "../../system/live-node.ts";
import { bytesText } from "../bytes-text.ts";
import type { Picture, Tone } from "../site/picture.ts";
import { layOut } from "./lay-out.ts";
import type { SketchBox, SketchLine } from "./sketch.ts";

/** What is drawn. */
export interface DrawnGraph {
  readonly graph: Graph;
  readonly nodes: ReadonlyMap<string, LiveNode>;
  readonly profile: Profile;
}

const PERMISSIONS = [CONSISTENT_READ, WRITE, WRITE_UNCHANGED, RESIZE];

/** @param title what it shows, for who cannot see it */
export function graphPicture(viz: Viz, title: string, drawn: DrawnGraph): Picture {
  const { graph } = drawn;
  const boxes = [...userBoxes(graph), ...[...graph.nodes.keys()].map((n) => nodeBox(n, drawn))];
  const lines = graph.edges.toReversed().map((edge) => edgeLine(edge, drawn));
  return layOut(viz, { title, direction: "down", boxes, lines });
}

function userBoxes(graph: Graph): SketchBox[] {
  const user = (parent: Parent, tone: Tone, lines: string[], hint: string[]): SketchBox => {
    return { id: idOf(parent), lines, shape: "rounded", tone, hint, region: null };
  };
  return [
    ...[...graph.devices.values()].map(({ id, driver, path }) =>
      user({ kind: "device", name: id }, "guest", [id, driver], [`guest disk ${path}`]),
    ),
    ...[...graph.exports.values()].map(({ id, type, writable, name }) => {
      const hint = [`${type} export '${name}'`, writable ? "writable" : "read-only"];
      return user({ kind: "export", name: id }, "reader", [id, `${type} export`], hint);
    }),
    ...[...graph.jobs.values()].map(({ id, type, filter }) =>
      user({ kind: "job", name: id }, "job", [id, `${type} job`], [`its filter is ${filter}`]),
    ),
    ...backendsOf(graph).map((parent) =>
      user(parent, "job", [parent.name], ["does I/O on behalf of a job"]),
    ),
  ];
}

function nodeBox(name: string, { graph, nodes }: DrawnGraph): SketchBox {
  const node = graph.nodes.get(name);
  const length = nodes.get(name)?.description.length;
  const { filename, ...options } = node?.options ?? {};
  const image = typeof filename === "string" ? [filename] : [];
  const size = length === undefined ? [] : [`${bytesText(length)} long`];
  const said = Object.entries(options).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return {
    id: idOf({ kind: "node", name }),
    lines: [name, node?.driver ?? "", ...image],
    shape: "square",
    tone: "plain",
    hint: [DRIVERS.get(node?.driver ?? "")?.summary ?? "", ...size, ...said].filter(Boolean),
    region: null,
  };
}

function edgeLine(edge: Edge, drawn: DrawnGraph): SketchLine {
  const { parent, child, name, perm, shared } = edge;
  const masks = masksText(permissionNames(perm), permissionNames(shared));
  return {
    from: idOf(parent),
    to: idOf({ kind: "node", name: child }),
    label: name === "root" ? masks : `${name} ${masks}`,
    arrow: true,
    tone: "plain",
    dashed: false,
    hint: [
      `${edge.parent.name} uses ${child} as ${name}`,
      ...originLines(edge, "requires", drawn),
      ...originLines(edge, "unshares", drawn),
    ],
  };
}

/** Where each permission of an edge comes from, a line each. */
function originLines(
  edge: Edge,
  which: "requires" | "unshares",
  { graph, profile }: DrawnGraph,
): string[] {
  const mask = which === "requires" ? edge.perm : ALL_PERMISSIONS & ~edge.shared;
  const bits = PERMISSIONS.filter((bit) => (mask & bit) !== 0);
  return bits.map((bit) => {
    const steps = originOf(graph, edge, bit, which, { drivers: DRIVERS, profile });
    const last = steps.at(-1);
    const what = which === "requires" ? "needs" : "does not share";
    const from = last?.edge.parent.name ?? edge.parent.name;
    const driver = graph.nodes.get(from)?.driver;
    const why = last?.why === "user" ? `${from} wants it` : `a rule of ${driver ?? from} (${from})`;
    const way = steps.length > 1 ? `, handed on by ${handedOn(steps)}` : "";
    return `${what} ${permissionText(bit)}: ${why}${way}`;
  });
}

function handedOn(steps: readonly { readonly edge: Edge }[]): string {
  return steps
    .slice(0, -1)
    .map(({ edge }) => edge.parent.name)
    .toReversed()
    .join(", ");
}

/** Devices, exports and nodes may have the same name. */
function idOf({ kind, name }: Parent): string {
  return `${kind} ${name}`;
}
