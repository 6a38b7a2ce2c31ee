/**
 * What a model comes down to before it is lowered: phases with a graph that stands still, actors
 * with a finite choice of requests, cells, and the few values that data can have.
 *
 * Values. What a cell holds is one of: zero; what its image held at the beginning; what a request
 * wrote. Data never moves from one cell to another, so values need to differ only where they can
 * meet: at the same cell. Writes that a model leaves to chance write a value of their own for each
 * turn, `values` of them in rotation.
 */
import { BlockgraphError } from "../../../error.ts";
import type { Fill } from "../../../log/record.ts";
import type { Entry } from "../../../system/entry.ts";
import type { Stretch } from "../../../system/image-window.ts";
import type {
  Actor,
  CheckBounds,
  FaultSource,
  Model,
  RequestChoice,
} from "../../../system/model.ts";
import type { RequestSpec } from "../../../system/request-spec.ts";
import type { ChartMutation, SystemNode } from "../../../system/system.ts";
import { CHANGING_OPERATIONS, type Operation } from "../../../vocabulary.ts";
import { Contents } from "./contents.ts";
import { type ByteRange, Geometry } from "./geometry.ts";
import {
  type GraphChange,
  type GraphPhase,
  type GraphStage,
  graphPhases,
  type StageEntry,
} from "./graph-phases.ts";

export const CARRIES_PAYLOAD: ReadonlySet<Operation> = new Set([
  "write",
  "write-unchanged",
  "write-compressed",
]);

/** A request that an actor may make. */
export interface PlannedRequest {
  readonly spec: Omit<RequestSpec, "through" | "data">;
  /** cells of the device or export: [start, end) */
  readonly start: number;
  readonly end: number;
  /** data as the model spells it; null: the value of the turn */
  readonly fill: Fill | null;
  /** the value of each cell that it writes; empty where `fill` is null */
  readonly values: readonly number[];
}

export interface PlannedActor {
  /** unique in the program */
  readonly name: string;
  readonly through: string;
  /** the node that it enters at, by stage; null: what it goes through is not there */
  readonly nodes: readonly (string | null)[];
  /** whether its requests are queued while it is quiesced; else it sends none */
  readonly queues: boolean;
  readonly entry: Entry;
  /** whether the view that the entry denotes is not where it leads any more */
  readonly lost: boolean;
  /** cells of the device or export */
  readonly cells: number;
  readonly writable: boolean;
  /** requests in flight at once */
  readonly depth: number;
  /** requests that it makes in all */
  readonly turns: number;
  /** the requests in turn; else any of them at every turn */
  readonly scripted: boolean;
  /** the node that recommends which of them come first; null: none does */
  readonly recommendedBy: SystemNode | null;
  readonly requests: readonly PlannedRequest[];
}

export interface PlannedPhase {
  /** the graphs that stand, one after the other, while its actors act */
  readonly stages: readonly GraphStage[];
  readonly actors: readonly PlannedActor[];
  readonly faults: readonly FaultSource[];
}

export interface Plan {
  readonly model: Model;
  readonly geometry: Geometry;
  readonly phases: readonly PlannedPhase[];
  /** what the commands after the last requests do */
  readonly ending: readonly GraphChange[];
  /** nodes that say what layers show, or that commands tell something, gone or not */
  readonly lasting: readonly SystemNode[];
  /** what is written for bitmaps to record it, by which something is left out, by recorder */
  readonly recorded: ReadonlyMap<string, Stretch>;
  /** initial value of every cell, by image */
  readonly images: ReadonlyMap<string, readonly number[]>;
  /** values that a cell can have; 0 is zero */
  readonly values: number;
  /** the first value of requests that are left to chance, and how many there are */
  readonly turnValue: number;
  readonly turnValues: number;
}

/** What all commands of a model do, in order. */
export function changesOf({ phases, ending }: Plan): GraphChange[] {
  const stages = phases.flatMap((phase) => phase.stages);
  return [...stages.flatMap(({ changes }) => changes), ...ending];
}

/**
 * Plans a model.
 * @throws BlockgraphError `graph-refused` if one of its commands is refused; `bad-argument` if it
 * cannot be cut into cells
 */
export function planModel(model: Model, mutation: ChartMutation | null, bounds: CheckBounds): Plan {
  const { phases, ending, lasting, recorded } = graphPhases(model, mutation);
  const geometry = geometryOf(model, phases, lasting, bounds);
  const contents = new Contents(model, geometry);
  const planned = phases.map((phase, index) => ({
    stages: phase.stages,
    faults: phase.faults,
    actors: phase.actors.map((actor, position) => {
      const name = uniqueName(phases, index, position);
      return planActor(actor, name, phase, geometry, contents, bounds);
    }),
  }));
  const turnValue = contents.values;
  const drawn = planned.some(({ actors }) =>
    actors.some(({ requests }) =>
      requests.some(({ spec, fill }) => fill === null && CARRIES_PAYLOAD.has(spec.operation)),
    ),
  );
  const turnValues = drawn ? bounds.values : 0;
  const images = contents.images;
  const values = turnValue + turnValues;
  const told = { ending, lasting, recorded, images };
  return { model, geometry, phases: planned, ...told, values, turnValue, turnValues };
}

function geometryOf(
  model: Model,
  phases: readonly GraphPhase[],
  lasting: readonly SystemNode[],
  bounds: CheckBounds,
): Geometry {
  const nodes = [...nodesOf(phases), ...lasting];
  const requests = phases.flatMap(({ actors }) => actors.map(({ requests }) => requests));
  const choices = requests
    .filter((given): given is RequestChoice => "count" in given)
    .map((choice) => narrowed(choice, bounds));
  const scripts = requests.flatMap((given): readonly ByteRange[] =>
    "count" in given ? [] : given,
  );
  const measures = [
    ...model.images.map(({ length }) => length),
    ...model.images.flatMap(({ content }) => content.flatMap((each) => [each.offset, each.length])),
    ...nodes.flatMap(({ length, shift, clusterSize }) => [length, shift, clusterSize]),
    ...choices.map(({ alignment }) => alignment),
    ...scripts.flatMap(({ offset, length }) => [offset, length]),
  ];
  const stays = (node: SystemNode) => node.shift === 0 && !asksAny(node);
  const movable = choices.length === 0 && nodes.every(stays);
  const longest = Math.max(...nodes.map(({ length }) => length), 0);
  return new Geometry(model.clusterSize, measures, movable ? scripts : null, longest);
}

/** Descriptions of all nodes, once for every graph in which they are. */
export function nodesOf(phases: readonly Pick<GraphPhase, "stages">[]): readonly SystemNode[] {
  return phases.flatMap(({ stages }) =>
    stages.flatMap(({ execution }) =>
      [...execution.nodes.values()].map(({ description }) => description),
    ),
  );
}

/** Whether requests at the node may change a cluster that they do not touch. */
export function asksAny({ requests, tasks }: SystemNode): boolean {
  return [...requests.values(), ...tasks.values()].some((automaton) =>
    automaton
      .complete()
      .states.some(({ effect }) => effect?.kind === "ask" && effect.over === "any"),
  );
}

/** An actor's name, told apart from others of that name by a number. */
function uniqueName(phases: readonly GraphPhase[], phase: number, position: number): string {
  const all = phases.flatMap(({ actors }, at) =>
    actors.map(({ name }, index) => ({ name, at, index })),
  );
  const own = all.findIndex(({ at, index }) => at === phase && index === position);
  const name = all[own]?.name ?? "";
  const before = all.slice(0, own).filter((other) => other.name === name).length;
  return before === 0 ? name : `${name} ${before + 1}`;
}

function planActor(
  actor: Actor,
  name: string,
  phase: GraphPhase,
  geometry: Geometry,
  contents: Contents,
  bounds: CheckBounds,
): PlannedActor {
  const { through, requests } = actor;
  const { nodes, entry, lost, writable, length, queues } = entriesOf(through, phase);
  const scripted = !("count" in requests);
  const shift = geometry.cells(entry.kind === "other" ? 0 : entry.shift);
  const planned = scripted
    ? requests.map((spec) => planRequest(spec, geometry, contents, shift, entry))
    : everyRequest(narrowed(requests, bounds), length, geometry);
  const turns = scripted ? requests.length : narrowed(requests, bounds).count;
  const depth = Math.min(actor.depth ?? 1, Math.max(1, turns));
  const cells = geometry.cells(length);
  const by = scripted ? undefined : requests.recommendedBy;
  const recommendedBy = by === undefined ? null : recommender(by, phase);
  const sent = { turns, scripted, recommendedBy, requests: planned };
  return { name, through, nodes, queues, entry, lost, cells, writable, depth, ...sent };
}

/** @throws BlockgraphError `request-invalid` if there never is such a node */
function recommender(name: string, { stages }: GraphPhase): SystemNode {
  const node = stages.map(({ execution }) => execution.nodes.get(name)).find(Boolean);
  if (node !== undefined) return node.description;
  throw new BlockgraphError(
    "request-invalid",
    `an actor goes by what '${name}' recommends, but there is no node of that name`,
  );
}

/**
 * Where an actor enters in every stage. What it is looking at must be the same in all of them; or,
 * if a chain has become shorter, be shown by fewer layers.
 * @throws BlockgraphError `request-invalid` if there never is such a device or export;
 * `bad-argument` if it shows something else later
 */
function entriesOf(through: string, { stages }: GraphPhase) {
  const entries = stages.map((stage) => stage.entryOf(through));
  const first = entries.find((entry) => entry !== null) ?? null;
  if (first === null) {
    throw new BlockgraphError(
      "request-invalid",
      `an actor goes through '${through}', but there is no device, export or job of that name`,
    );
  }
  const shortened = new Set(stages.slice(1).flatMap(({ changes }) => changes.flatMap(shortens)));
  const what = ({ entry, ...rest }: StageEntry) => {
    const layers = entry.kind === "guest" && shortened.has(entry.image) ? { overlay: null } : {};
    return JSON.stringify({ ...rest, node: "", entry: { ...entry, ...layers } });
  };
  if (entries.some((entry) => entry !== null && what(entry) !== what(first))) {
    throw new BlockgraphError(
      "bad-argument",
      `'${through}' shows something else after a command of the administrator; ` +
        "let its actors act in phases of their own",
    );
  }
  return { ...first, nodes: entries.map((entry) => entry?.node ?? null) };
}

/** The image of the disk that a change shows by fewer layers. */
function shortens(change: GraphChange): string[] {
  return change.kind === "shortened" ? [change.disk.image] : [];
}

function planRequest(
  request: Omit<RequestSpec, "through">,
  geometry: Geometry,
  contents: Contents,
  shift: number,
  entry: Entry,
): PlannedRequest {
  const { data, ...spec } = request;
  const start = geometry.cells(spec.offset);
  const end = geometry.cells(spec.offset + spec.length);
  const fill = data ?? null;
  const window = entry.kind === "guest" ? entry : null;
  const values =
    fill === null
      ? []
      : Array.from({ length: end - start }, (_, index) =>
          contents.valueOf(fill, start + shift + index, index, window),
        );
  return { spec, start, end, fill, values };
}

function narrowed(choice: RequestChoice, bounds: CheckBounds): RequestChoice {
  const alignment = Math.max(choice.alignment, bounds.alignment);
  return {
    operations: choice.operations,
    count: Math.min(choice.count, bounds.requests),
    alignment,
    longest: Math.max(alignment, Math.min(choice.longest, bounds.longest)),
    ...(choice.recommendedBy !== undefined && { recommendedBy: choice.recommendedBy }),
  };
}

/** Every request that the choice allows, each once. */
function everyRequest(
  choice: RequestChoice,
  nodeLength: number,
  geometry: Geometry,
): PlannedRequest[] {
  const { operations, alignment, longest } = choice;
  const made = new Map<string, PlannedRequest>();
  for (const operation of new Set(operations)) {
    const places = operation === "flush" ? 1 : Math.ceil(nodeLength / alignment);
    const sizes = operation === "flush" ? 1 : Math.max(1, Math.floor(longest / alignment));
    for (let place = 0; place < places; place++) {
      for (let size = 1; size <= sizes; size++) {
        const offset = place * alignment;
        const length = operation === "flush" ? 0 : Math.min(size * alignment, nodeLength - offset);
        const [start, end] = [geometry.cells(offset), geometry.cells(offset + length)];
        const spec = { operation, offset, length };
        made.set(`${operation} ${start} ${end}`, { spec, start, end, fill: null, values: [] });
      }
    }
  }
  return [...made.values()];
}

/** Whether the export refuses the request before any node sees it. */
export function refusedByExport(actor: PlannedActor, operation: Operation): boolean {
  return !actor.writable && CHANGING_OPERATIONS.has(operation);
}

/** The bounds of a model that does not say: one request each, of one whole cluster. */
export function boundsOf({ bounds, clusterSize }: Model): CheckBounds {
  return bounds ?? { requests: 1, alignment: clusterSize, longest: clusterSize, values: 1 };
}

/** @throws BlockgraphError `bad-argument` if a bound makes no sense */
export function validateBounds(bounds: CheckBounds): void {
  for (const name of ["requests", "alignment", "longest", "values"] as const) {
    const value = bounds[name];
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new BlockgraphError("bad-argument", `the bound ${name} is ${value}; give 1 or more`);
  }
  if (bounds.values <= VALUES_MAX) return;
  throw new BlockgraphError(
    "bad-argument",
    `the bound values is ${bounds.values}; give 1 to ${VALUES_MAX}`,
  );
}

/** So many that sets of values still fit into a word. */
const VALUES_MAX = 8;
