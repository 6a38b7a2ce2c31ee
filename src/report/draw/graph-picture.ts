/**
 * A block graph as a drawing: who uses it at the top, nodes below, and on every edge what it needs
 * of its child and lets others do; where each of these comes from stands in the hint.
 */
import type { Viz } from "@viz-js/viz";
import { DRIVERS } from "../../drivers/registry.ts";
import { backendsOf, type Edge, type Graph, type Parent } from "../../graph/graph.ts";
import { masksText, permissionNames } from "../../graph/permission.ts";
import type { Profile } from "../../graph/profile.ts";
import type { LiveNode } from "../../system/live-node.ts";
import { bytesText } from "../bytes-text.ts";
import type { Picture, Tone } from "../site/picture.ts";
import { layOut } from "./lay-out.ts";
import { originLines } from "./origin-lines.ts";
import type { SketchBox, SketchLine } from "./sketch.ts";

/** What is drawn. */
export interface DrawnGraph {
  readonly graph: Graph;
  readonly nodes: ReadonlyMap<string, LiveNode>;
  readonly profile: Profile;
}

/** What is conspicuous in a picture, and how. */
export interface Marked {
  /** null: as usual */
  user(parent: Parent): Tone | null;
  edge(edge: Edge): { readonly tone: Tone; readonly dashed: boolean } | null;
}

const NOTHING_MARKED: Marked = { user: () => null, edge: () => null };

/** @param title what it shows, for who cannot see it */
export function graphPicture(
  viz: Viz,
  title: string,
  drawn: DrawnGraph,
  marked: Marked = NOTHING_MARKED,
): Picture {
  const { graph } = drawn;
  const nodes = [...graph.nodes.keys()].map((name) => nodeBox(name, drawn, marked));
  const boxes = [...userBoxes(graph, marked), ...nodes];
  const lines = graph.edges.toReversed().map((edge) => edgeLine(edge, drawn, marked));
  return layOut(viz, { title, direction: "down", boxes, lines });
}

function userBoxes(graph: Graph, marked: Marked): SketchBox[] {
  const user = (parent: Parent, usual: Tone, lines: string[], hint: string[]): SketchBox => {
    const tone = marked.user(parent) ?? usual;
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

function nodeBox(name: string, { graph, nodes }: DrawnGraph, marked: Marked): SketchBox {
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
    tone: marked.user({ kind: "node", name }) ?? "plain",
    hint: [DRIVERS.get(node?.driver ?? "")?.summary ?? "", ...size, ...said].filter(Boolean),
    region: null,
  };
}

function edgeLine(edge: Edge, drawn: DrawnGraph, marked: Marked): SketchLine {
  const { parent, child, name, perm, shared } = edge;
  const masks = masksText(permissionNames(perm), permissionNames(shared));
  return {
    from: idOf(parent),
    to: idOf({ kind: "node", name: child }),
    label: name === "root" ? masks : `${name} ${masks}`,
    arrow: true,
    ...(marked.edge(edge) ?? { tone: "plain", dashed: false }),
    hint: [
      `${edge.parent.name} uses ${child} as ${name}`,
      ...originLines(edge, "requires", drawn),
      ...originLines(edge, "unshares", drawn),
    ],
  };
}

/** Devices, exports and nodes may have the same name. */
function idOf({ kind, name }: Parent): string {
  return `${kind} ${name}`;
}
