/**
 * The block graph: an immutable value.
 *
 * Nodes are drivers with options; edges lead from a parent to the node it uses, and carry a name
 * and roles. A parent is another node, a guest device or an export. Edges are kept newest first,
 * because QEMU lists a node's parents that way and the order decides which conflict it reports.
 * Commands (see commands.ts) take a graph and give a new one; nothing here changes in place.
 */
import type { z } from "zod";
import type { Notice } from "./notice.ts";
import type { Masks } from "./permission.ts";
import type { Role } from "./role.ts";

/** Anything that JSON can say. */
export type JsonValue = z.core.util.JSONType;
export type JsonObject = Record<string, JsonValue>;

/** Whether what came as JSON is an object, and no list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export interface GraphNode {
  readonly name: string;
  readonly driver: string;
  /** the options as given, validated, without `driver`, `node-name` and the children */
  readonly options: JsonObject;
  /** whether it refuses to be written: as its options say, or as its parent's if it is inline */
  readonly readOnly: boolean;
  /** whether it is handed over: nobody may write it until it is activated (inactive.ts) */
  readonly inactive: boolean;
  /** added by a command of its own; inline children belong to their parent and go with it */
  readonly monitorOwned: boolean;
  /** the node that defined it inline, as long as that uses it: they are reopened together */
  readonly inheritsFrom: string | null;
  /** what its driver found out, mostly when it was opened, and goes by however the graph changes */
  readonly found: JsonObject;
  /** bytes that it shows, as it learned last; null: nobody said how long its image is */
  readonly length: number | null;
  /** number that the next child of its list gets (block/quorum.c, `next_child_index`) */
  readonly nextChild: number;
  /** dirty bitmaps by name */
  readonly bitmaps: ReadonlyMap<string, DirtyBitmap>;
}

/** A record of which parts of a node were written (block/dirty-bitmap.c). */
export interface DirtyBitmap {
  /** bytes that one bit stands for */
  readonly granularity: number;
  /** bytes that it covers: as long as its node was; null: not known */
  readonly length: number | null;
  /** whether it records */
  readonly enabled: boolean;
  /** whether the image keeps it when the node is closed */
  readonly persistent: boolean;
  /** whether it is stored, and nobody may change it or what it is of: its node is read-only */
  readonly stored: boolean;
  /** whether its image said that it was in use when it was opened, so that it cannot be used */
  readonly inconsistent: boolean;
  /** the job that works with it, while a successor records in its place; null: none */
  readonly job: string | null;
  /** whether it is gone once the transaction that removed it has succeeded; absent: no */
  readonly removed?: boolean;
}

/** Kinds of users; a `backend` has no name in QEMU: a job or a command does I/O through it. */
export const PARENT_KINDS = ["node", "device", "export", "job", "backend"] as const;

/** Whoever uses a node. */
export interface Parent {
  readonly kind: (typeof PARENT_KINDS)[number];
  readonly name: string;
}

export interface Edge extends Masks {
  readonly parent: Parent;
  /** name of the node that is used */
  readonly child: string;
  /** `file`, `target`, `backing`... ; `root` for devices and exports */
  readonly name: string;
  readonly roles: readonly Role[];
  /** what a user of an inactive node asks for as soon as that is active; absent: nothing waits */
  readonly suspended?: Masks;
}

/** A guest's disk: what the guest does to it enters the graph at its root edge. */
export interface Device {
  readonly id: string;
  readonly driver: string;
  /** what conflicts call it: its id, or the QOM path of the part that has the disk */
  readonly path: string;
}

/** A node offered to somebody outside. */
export interface BlockExport {
  readonly id: string;
  readonly type: string;
  readonly writable: boolean;
  /** under which clients find it */
  readonly name: string;
  /** what clients are told of it; absent: nothing */
  readonly description?: string;
  /** whether each write is stable before its client is answered; absent: no */
  readonly writethrough?: boolean;
  /** whether its node may be inactive although it writes; absent: no */
  readonly allowInactive?: boolean;
  /** whether it tells in which layer of its node's chain data is; absent: no */
  readonly allocationDepth?: boolean;
  /** dirty bitmaps that it shows, which nobody else can use meanwhile; absent: none */
  readonly bitmaps?: readonly { readonly node: string; readonly name: string }[];
}

/** Something that works on nodes by itself, until it is cancelled. */
export interface BlockJob {
  readonly id: string;
  /** as conflicts name it */
  readonly type: "backup" | "commit" | "mirror" | "stream" | "fleecing-backup";
  /** the filter that it put into the graph, and takes out again when it ends */
  readonly filter: string;
  /**
   * what of its disk it copies by itself, besides what the filter does on behalf of the guest.
   * `everything`: but what its filter was told to leave out; `missing`: what the files of a chain
   * have that are to be done without, or the first of them
   */
  readonly copies: "nothing" | "everything" | "missing";
  /** the node that was read-only before it came, and is to be so again; null: none */
  readonly madeWritable: string | null;
  /** how it ends when its work is done: of itself, or when it is told to (`auto-finalize`) */
  readonly finalization: "automatic" | "awaited";
  /** what becomes of it then: it is gone, or holds its id until it is dismissed (`auto-dismiss`) */
  readonly dismissal: "automatic" | "awaited";
  /** bytes a second that it copies at most; 0: as many as it can */
  readonly speed: number;
  /** what it does when copying fails; null: it was not told, and who plays it decides */
  readonly onError: OnError | null;
  /** whether a command has paused it */
  readonly paused: boolean;
  /** how one that has no end of its own was told to end: with what it is for, or without */
  readonly asked: "complete" | "cancel" | null;
  /** whether it has ended, and holds its id until it is dismissed; it has no filter any more */
  readonly concluded: boolean;
  /** why it has ended otherwise than it should; absent: it has not, or not yet */
  readonly error?: string;
  /** the hook that keeps a bitmap on what was its filter, until that is closed; absent: none */
  readonly hook?: string | null;
  /** the bitmap that it works with, and what becomes of that when it ends; absent: none */
  readonly bitmap?: BitmapSync;
  /** clusters that it copies at once at the most; absent: it was not told */
  readonly workers?: number;
}

/** What a job does about errors of what it reads, and of what it writes (`BlockdevOnError`). */
export interface OnError {
  readonly source: ErrorAction;
  readonly target: ErrorAction;
}

/** `enospc`: stop if there is no space, else report */
export type ErrorAction = "report" | "ignore" | "enospc" | "stop";

/** A bitmap of a job, and when what it did shows there (QAPI `BitmapSyncMode`). */
export interface BitmapSync {
  readonly node: string;
  readonly name: string;
  readonly mode: "on-success" | "never" | "always";
}

export interface Graph {
  /** in the order in which they got their names */
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** newest first */
  readonly edges: readonly Edge[];
  /** whoever does I/O on nodes, in the order in which they came; some may have gone again */
  readonly backends: readonly Parent[];
  readonly devices: ReadonlyMap<string, Device>;
  readonly exports: ReadonlyMap<string, BlockExport>;
  readonly jobs: ReadonlyMap<string, BlockJob>;
  /** whether exports can be added: an NBD server runs, as with a daemon's `--nbd-server` */
  readonly nbdServer: boolean;
  /** what nodes have locked of their files, as far as they have anything (file-locks.ts) */
  readonly locks: ReadonlyMap<string, Masks>;
  /** ids of throttle groups */
  readonly throttleGroups: ReadonlySet<string>;
  /** number of nodes that were named automatically so far */
  readonly autoNames: number;
  /** what the last command told the charts of nodes, in order */
  readonly notices: readonly Notice[];
}

export const EMPTY_GRAPH: Graph = {
  nodes: new Map(),
  edges: [],
  backends: [],
  devices: new Map(),
  exports: new Map(),
  jobs: new Map(),
  nbdServer: true,
  locks: new Map(),
  throttleGroups: new Set(),
  autoNames: 0,
  notices: [],
};

/** The graph with a node that is new, or not what it was. */
export function withNode(graph: Graph, node: GraphNode): Graph {
  return { ...graph, nodes: new Map(graph.nodes).set(node.name, node) };
}

/** Users without a name of their own, oldest first; each has one edge. */
export function backendsOf({ edges }: Graph): Parent[] {
  return edges.flatMap(({ parent }) => (parent.kind === "backend" ? [parent] : [])).reverse();
}

/** The edges that lead to a node, newest first. */
export function parentEdges(graph: Graph, node: string): readonly Edge[] {
  return graph.edges.filter((edge) => edge.child === node);
}

/** The edges that a parent holds, oldest first: in the order of its driver's children. */
export function childEdges(graph: Graph, parent: Parent): Edge[] {
  return graph.edges.filter((edge) => sameParent(edge.parent, parent)).reverse();
}

/** The node that another one has as a child of a name; undefined: it has none now. */
export function childNamed(graph: Graph, node: string, name: string): GraphNode | undefined {
  const edges = childEdges(graph, { kind: "node", name: node });
  return graph.nodes.get(edges.find((edge) => edge.name === name)?.child ?? "");
}

/** The edge from a filter to the node that it shows; undefined: no filter, or without one now. */
export function filteredEdge(graph: Graph, filter: string): Edge | undefined {
  const edges = childEdges(graph, { kind: "node", name: filter });
  return edges.find(({ roles }) => roles.includes("filtered"));
}

/** A user through which a job does I/O. @param what the node is to the job */
export function jobBackend(job: string, what: string): Parent {
  return { kind: "backend", name: `${job} ${what}` };
}

export function sameParent(one: Parent, other: Parent): boolean {
  return one.kind === other.kind && one.name === other.name;
}

/** Whoever sends requests into the graph, and the node at which they enter. */
export interface Client {
  /** id of a device, an export or a job */
  readonly name: string;
  readonly node: string;
}

/** Devices, exports and jobs that go on. What jobs do goes in at their filters. */
export function clientsOf({ edges, jobs }: Graph): Client[] {
  const users = edges.filter(({ parent }) => isUser(parent));
  return [
    ...users.map(({ parent: { name }, child }) => ({ name, node: child })),
    ...[...jobs.values()].filter(goesOn).map(({ id, filter }) => ({ name: id, node: filter })),
  ];
}

/** The node that a device, an export or a job uses, by its name; undefined if there is none. */
export function rootNode(graph: Graph, client: string): string | undefined {
  const { edges, jobs } = graph;
  const root = edges.find(({ parent }) => isUser(parent) && parent.name === client);
  if (root !== undefined) return root.child;
  const job = jobs.get(client);
  return job !== undefined && goesOn(job) ? job.filter : undefined;
}

/** Whether a job may ask for something: it was not paused, and has not ended. */
function goesOn({ paused, concluded }: BlockJob): boolean {
  return !paused && !concluded;
}

/** Whether a parent does I/O through a block backend: a device, an export, a job in some cases. */
export function isBackend({ parent: { kind } }: Edge): boolean {
  return kind !== "node" && kind !== "job";
}

/** Whether a parent is somebody outside of the graph who does I/O: a guest's disk or an export. */
export function isUser({ kind }: Parent): boolean {
  return kind === "device" || kind === "export";
}
