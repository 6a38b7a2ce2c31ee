/**
 * The phases of a model in which somebody does I/O, each with the graph that stands then, and what
 * the commands between them change for those who watch.
 *
 * No command depends on I/O before it, so what commands do to the graph is known beforehand, and so
 * is which of it they drain. A phase with an administrator has a stage for each graph that stands
 * while its actors act. What commands do to points in time is said as data: the program does it
 * when it gets there. The rules are those of src/system/monitor.ts. Dumps are left out: they read
 * what the readers read.
 */

import type { QmpCommand } from "../../../graph/commands.ts";
import {
  type DrainedSection,
  drainedSection,
  NOTHING_DRAINED,
} from "../../../graph/drained-section.ts";
import { clientsOf, EMPTY_GRAPH, type Graph, parentEdges, rootNode } from "../../../graph/graph.ts";
import type { Notice } from "../../../graph/notice.ts";
import { profile } from "../../../graph/profile.ts";
import { answerSystem } from "../../../system/answer-system.ts";
import { guestImages, resolveEntry, targetWindows } from "../../../system/entry.ts";
import { Execution } from "../../../system/execution.ts";
import { requireExpected } from "../../../system/expected-answer.ts";
import { type Denoted, Handles } from "../../../system/handles.ts";
import {
  changedLayers,
  type ImageWindow,
  imageBelow,
  layersIn,
  type Stretch,
} from "../../../system/image-window.ts";
import { leavesOutBy, lentTo, recordedStretch } from "../../../system/increments.ts";
import { completedMirrors, type Mirror, mirrorsOf } from "../../../system/mirrors.ts";
import type {
  Actor,
  CommandPhase,
  Commands,
  FaultSource,
  Model,
  Phase,
} from "../../../system/model.ts";
import { type LookedAt, lookedAt, shortenedChains } from "../../../system/shortened-chains.ts";
import type { ChartMutation, SystemNode, SystemRules } from "../../../system/system.ts";
import { requireWorkers } from "../../../system/workers.ts";

type ConcurrentPhase = Phase & { readonly kind: "concurrent" };

/** What a command did, for those who watch. */
export type GraphChange =
  /** a filter left the graph: its disk is compared with what the guests did, and settled */
  | { readonly kind: "released"; readonly node: string; readonly disk: Stretch }
  /** a filter's view of another view, or of something unknown, left the graph */
  | { readonly kind: "forgotten"; readonly node: string }
  /** filters wrote there: what is known of it is out of date */
  | { readonly kind: "settled"; readonly stretch: Stretch }
  /** an image is the top of other layers now, or of none any more: it is looked at afresh */
  | { readonly kind: "relayered"; readonly stretch: Stretch }
  /** a filter was opened, or got its first parent: this is its point in time */
  | {
      readonly kind: "point";
      readonly node: string;
      readonly length: number;
      readonly clusterSize: number;
      /** whether somebody uses it from now on; before, the point in time is only about to be */
      readonly used: boolean;
      /** the disk that it shows, or the view below it and the byte of that where it begins */
      readonly of: ImageWindow | { readonly view: string; readonly shift: number };
    }
  /** a mirror was completed: its target is the disk from then on */
  | { readonly kind: "replaced"; readonly source: Stretch; readonly target: Stretch }
  /** a job begins to work with a bitmap, which is known by its recorder */
  | { readonly kind: "lent"; readonly recorder: string }
  /** a filter that goes by a bitmap begins to be used */
  | { readonly kind: "increment"; readonly filter: SystemNode; readonly recorder: string }
  /** a command told the charts of a node something */
  | { readonly kind: "told"; readonly notice: DeliveredNotice }
  /** a stream or a commit ended: the disk is shown by fewer layers */
  | { readonly kind: "shortened"; readonly disk: Stretch }
  /** a node left the graph, and what it remembers with it: the last that is said of a command */
  | { readonly kind: "closed"; readonly node: string };

/** A notice, and the nodes that it is about. */
export interface DeliveredNotice extends Notice {
  readonly told: SystemNode;
  /** null: no other node is asked */
  readonly asked: SystemNode | null;
}

/** Where requests enter that come through a device or export, or that a job makes. */
export interface StageEntry extends Denoted {
  readonly node: string;
  readonly writable: boolean;
  /** bytes */
  readonly length: number;
  /** whether requests are queued there while it is quiesced; else none are taken */
  readonly queues: boolean;
}

/** A graph that stands while actors act. */
export interface GraphStage {
  readonly execution: Execution;
  /** what is shown together with what lies behind it, by image */
  readonly layers: ReadonlyMap<string, Stretch>;
  /** what the commands before it did */
  readonly changes: readonly GraphChange[];
  /** what the administrator's command before it drains; the first stage has none */
  readonly command: QmpCommand | null;
  readonly section: DrainedSection;
  /** null: there is no such device, export or job */
  entryOf(through: string): StageEntry | null;
}

export interface GraphPhase {
  /** one, and one for every command of the administrator */
  readonly stages: readonly GraphStage[];
  readonly actors: readonly Actor[];
  readonly faults: readonly FaultSource[];
}

/** What the commands of a model do. */
export interface FollowedPhases {
  readonly phases: readonly GraphPhase[];
  /** what the commands after the last requests do */
  readonly ending: readonly GraphChange[];
  /** nodes that say what layers show, or that commands tell something, gone or not */
  readonly lasting: readonly SystemNode[];
  /** what is written for bitmaps to record it, by which something is left out, by recorder */
  readonly recorded: ReadonlyMap<string, Stretch>;
}

/** @throws BlockgraphError `graph-refused` naming a command that is answered unexpectedly */
export function graphPhases(model: Model, mutation: ChartMutation | null): FollowedPhases {
  const rules: SystemRules = {
    profile: profile(model.profile),
    clusterSize: model.clusterSize,
    images: new Map(model.images.map(({ filename, length }) => [filename, length])),
    mutation,
    readers: readersOf(model),
  };
  const watcher = new Watcher(rules);
  const phases: GraphPhase[] = [];
  for (const phase of model.phases) {
    if (phase.kind === "commands") watcher.send(phase);
    else if (phase.kind === "concurrent") phases.push(watcher.concurrent(phase));
  }
  return {
    phases,
    ending: watcher.take(),
    lasting: [...watcher.lasting.values()],
    recorded: watcher.recorded,
  };
}

/** No more view reads than requests can be under way; each uses a cluster once. */
function readersOf({ phases }: Model): number {
  const depths = phases.map((phase) =>
    phase.kind === "concurrent"
      ? phase.actors.reduce((sum, { depth, requests }) => {
          const most = "count" in requests ? requests.count : requests.length;
          const reads = "count" in requests ? requests.operations : operationsOf(requests);
          const reading = reads.some((each) => each === "read" || each === "block-status");
          return sum + (reading ? Math.min(depth ?? 1, most) : 0);
        }, 0)
      : 0,
  );
  return Math.max(1, ...depths);
}

function operationsOf(requests: readonly { readonly operation: string }[]): string[] {
  return requests.map(({ operation }) => operation);
}

const NOTHING_KNOWN: Denoted = { entry: { kind: "other" }, lost: false };

interface Point {
  /** whether somebody used the filter; before, the point in time is only about to be */
  readonly used: boolean;
  /** the disk that the filter stands over; null: it stands over something else */
  readonly disk: Stretch | null;
}

/** Follows the commands as the monitor of a session does. */
class Watcher {
  #graph: Graph = EMPTY_GRAPH;
  #execution = new Execution({ called: () => {}, completed: () => {} });
  #changes: GraphChange[] = [];
  #targets: readonly Stretch[] = [];
  #mirrors: ReadonlyMap<string, Mirror> = new Map();
  #lookedAt: readonly LookedAt[] = [];
  #layers: ReadonlyMap<string, Stretch> = new Map();
  readonly lasting = new Map<string, SystemNode>();
  /** what is written for bitmaps to record it, by which something is left out, by recorder */
  readonly recorded = new Map<string, Stretch>();
  /** filters with a point in time */
  readonly #points = new Map<string, Point>();
  readonly #handles = new Handles();
  readonly #rules: SystemRules;

  constructor(rules: SystemRules) {
    this.#rules = rules;
  }

  send(phase: CommandPhase): void {
    for (const index of phase.commands.keys()) this.#send(phase, index);
  }

  #send(commands: Commands, index: number): void {
    const command = commands.commands[index];
    if (command === undefined) return;
    const { graph, system, refusal } = answerSystem(this.#graph, command, this.#rules);
    requireExpected(commands, index, refusal);
    const before = this.#graph;
    this.#graph = graph;
    if (system === null) return;
    const execution = new Execution({ called: () => {}, completed: () => {} });
    execution.rewire(system);
    for (const recorder of lentTo(before, graph)) this.#changes.push({ kind: "lent", recorder });
    this.#rewired(execution, graph.notices);
  }

  #rewired(execution: Execution, notices: readonly Notice[]): void {
    for (const notice of notices) this.#told(notice, execution);
    for (const [node, { disk }] of this.#points) {
      if (execution.nodes.has(node)) continue;
      this.#points.delete(node);
      this.#changes.push(
        disk === null ? { kind: "forgotten", node } : { kind: "released", node, disk },
      );
    }
    for (const stretch of this.#targets) this.#changes.push({ kind: "settled", stretch });
    this.#targets = targetWindows(execution);
    const guests = guestImages(this.#graph, execution);
    for (const mirror of completedMirrors(this.#mirrors, this.#graph, guests)) {
      const { source, target, length } = mirror;
      const ends = { source: { ...source, length }, target: { ...target, length } };
      this.#changes.push({ kind: "replaced", ...ends });
    }
    this.#mirrors = mirrorsOf(this.#graph, execution);
    const shortened = shortenedChains(this.#lookedAt, this.#graph, execution);
    for (const disk of shortened) this.#changes.push({ kind: "shortened", disk });
    this.#lookedAt = lookedAt(this.#graph, execution);
    this.#relayered(execution, shortened);
    this.#takePoints(execution);
    this.#handles.rewired(this.#graph, execution);
    for (const node of this.#execution.nodes.keys()) {
      if (!execution.nodes.has(node)) this.#changes.push({ kind: "closed", node });
    }
    this.#execution = execution;
  }

  #told(notice: Notice, execution: Execution): void {
    const find = (name: string) =>
      (execution.nodes.has(name) ? execution : this.#execution).node(name).description;
    const told = find(notice.node);
    const asked = notice.only === null ? null : find(notice.only.node);
    for (const node of asked === null ? [told] : [told, asked]) this.lasting.set(node.name, node);
    this.#changes.push({ kind: "told", notice: { ...notice, told, asked } });
  }

  /** @param kept disks that must show the same as before */
  #relayered(execution: Execution, kept: readonly Stretch[]): void {
    for (const { description } of execution.nodes.values()) {
      if (description.located !== null) this.lasting.set(description.name, description);
    }
    const layers = layersIn(execution.nodes);
    for (const image of changedLayers(this.#layers, layers)) {
      if (kept.some((stretch) => stretch.image === image)) continue;
      const length = this.#rules.images.get(image) ?? 0;
      const stretch = layers.get(image) ?? { image, shift: 0, overlay: null, length };
      this.#changes.push({ kind: "relayered", stretch });
    }
    this.#layers = layers;
  }

  #takePoints(execution: Execution): void {
    for (const { description } of execution.nodes.values()) {
      const { name, savedIn, length, clusterSize, primary } = description;
      if (savedIn === null || primary === null) continue;
      const [known, used] = [this.#points.get(name), parentEdges(this.#graph, name).length > 0];
      if (known?.used === true || (known !== undefined && !used)) continue;
      const below = resolveEntry(execution, primary.name);
      const window = imageBelow(description);
      const shape = { kind: "point", node: name, length, clusterSize, used } as const;
      if (below.kind === "view") {
        if (!this.#points.has(below.hook)) continue;
        this.#changes.push({ ...shape, of: { view: below.hook, shift: below.shift } });
        this.#points.set(name, { used, disk: null });
      } else if (window !== null) {
        this.#changes.push({ ...shape, of: window });
        this.#points.set(name, { used, disk: { ...window, length } });
      }
      const recorder = used ? leavesOutBy(this.#graph, name) : null;
      const stretch = recorder === null ? null : recordedStretch(execution, recorder);
      if (recorder === null || stretch === null) continue;
      this.recorded.set(recorder, stretch);
      this.#changes.push({ kind: "increment", filter: description, recorder });
    }
  }

  /** A phase of requests, and what an administrator sends meanwhile. */
  concurrent({ actors, faults = [], administrator }: ConcurrentPhase): GraphPhase {
    const stages = [this.#stand(null, NOTHING_DRAINED)];
    this.#requireWorkers(actors);
    for (const [index, command] of (administrator?.commands ?? []).entries()) {
      const before = this.#graph;
      if (administrator !== undefined) this.#send(administrator, index);
      const section = drainedSection(command.execute, before, this.#graph);
      stages.push(this.#stand(command, section));
      this.#requireWorkers(actors);
    }
    return { stages, actors, faults };
  }

  #requireWorkers(actors: readonly Actor[]): void {
    for (const actor of actors) requireWorkers(actor, this.#graph, this.#execution);
  }

  #stand(command: QmpCommand | null, section: DrainedSection): GraphStage {
    const [graph, execution, handles] = [this.#graph, this.#execution, this.#handles];
    const layers = this.#layers;
    const denoted = new Map(
      clientsOf(graph).map(({ name, node }) => [name, handles.denoted(name, node, execution)]),
    );
    return {
      execution,
      layers,
      changes: this.take(),
      command,
      section,
      entryOf(through) {
        const node = rootNode(graph, through);
        if (node === undefined) return null;
        const writable = graph.exports.get(through)?.writable ?? true;
        const queues = graph.devices.has(through);
        const { length } = execution.node(node).description;
        const { entry, lost } = denoted.get(through) ?? NOTHING_KNOWN;
        return { node, entry, lost, writable, length, queues };
      },
    };
  }

  /** What changed since the last time. */
  take(): readonly GraphChange[] {
    const taken = this.#changes;
    this.#changes = [];
    return taken;
  }
}
