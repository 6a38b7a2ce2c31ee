/**
 * The phases of a model in which somebody does I/O, each with the graph that stands then, and what
 * the commands between them change for those who watch.
 *
 * Commands are sent while nothing is in flight, and none depends on I/O before it, so what they do
 * to the graph is known beforehand. What they do to points in time is said as data: the program
 * does it when it gets there. The rules are those of src/system/monitor.ts. Dumps are left out:
 * they read what the readers read.
 */

import { BlockgraphError } from "../../../error.ts";
import { EMPTY_GRAPH, type Graph, isUser, parentEdges, rootNode } from "../../../graph/graph.ts";
import { profile } from "../../../graph/profile.ts";
import { answerSystem } from "../../../system/answer-system.ts";
import {
  type ImageWindow,
  imageBelow,
  resolveEntry,
  targetWindows,
} from "../../../system/entry.ts";
import { Execution } from "../../../system/execution.ts";
import { unexpectedAnswer } from "../../../system/expected-answer.ts";
import { type Denoted, Handles } from "../../../system/handles.ts";
import type { Actor, CommandPhase, FaultSource, Model, Phase } from "../../../system/model.ts";
import type { ChartMutation, SystemRules } from "../../../system/system.ts";

/** Bytes of an image: where a window begins, and how long it is. */
export interface Stretch extends ImageWindow {
  readonly length: number;
}

/** What a command did, for those who watch. */
export type GraphChange =
  /** a filter left the graph: its disk is compared with what the guests did, and settled */
  | { readonly kind: "released"; readonly node: string; readonly disk: Stretch }
  /** a filter's view of another view, or of something unknown, left the graph */
  | { readonly kind: "forgotten"; readonly node: string }
  /** filters wrote there: what is known of it is out of date */
  | { readonly kind: "settled"; readonly stretch: Stretch }
  /** a filter was opened, or got its first parent: this is its point in time */
  | {
      readonly kind: "point";
      readonly node: string;
      readonly length: number;
      readonly clusterSize: number;
      /** the disk that it shows, or the view below it and the byte of that where it begins */
      readonly of: ImageWindow | { readonly view: string; readonly shift: number };
    }
  /** a node left the graph, and what it remembers with it */
  | { readonly kind: "closed"; readonly node: string };

export interface GraphPhase {
  readonly execution: Execution;
  readonly changes: readonly GraphChange[];
  readonly actors: readonly Actor[];
  readonly faults: readonly FaultSource[];
  /** @throws BlockgraphError `request-invalid` if there is no such device or export */
  entryOf(through: string): Denoted & { node: string; writable: boolean; length: number };
}

/** @throws BlockgraphError `graph-refused` naming a command that is answered unexpectedly */
export function graphPhases(
  model: Model,
  mutation: ChartMutation | null,
): { phases: readonly GraphPhase[]; ending: readonly GraphChange[] } {
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
    else if (phase.kind === "concurrent") phases.push(watcher.stand(phase));
  }
  return { phases, ending: watcher.take() };
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
  /** filters with a point in time */
  readonly #points = new Map<string, Point>();
  readonly #handles = new Handles();
  readonly #rules: SystemRules;

  constructor(rules: SystemRules) {
    this.#rules = rules;
  }

  send(phase: CommandPhase): void {
    for (const [index, command] of phase.commands.entries()) {
      const { graph, system, refusal } = answerSystem(this.#graph, command, this.#rules);
      const problem = unexpectedAnswer(phase, index, refusal);
      if (problem !== null) throw new BlockgraphError("graph-refused", problem);
      this.#graph = graph;
      if (system === null) continue;
      const execution = new Execution({ called: () => {}, completed: () => {} });
      execution.rewire(system);
      this.#rewired(execution);
    }
  }

  #rewired(execution: Execution): void {
    for (const [node, { disk }] of this.#points) {
      if (execution.nodes.has(node)) continue;
      this.#points.delete(node);
      this.#changes.push(
        disk === null ? { kind: "forgotten", node } : { kind: "released", node, disk },
      );
    }
    for (const node of this.#execution.nodes.keys()) {
      if (!execution.nodes.has(node)) this.#changes.push({ kind: "closed", node });
    }
    for (const stretch of this.#targets) this.#changes.push({ kind: "settled", stretch });
    this.#execution = execution;
    this.#targets = targetWindows(execution);
    for (const { description } of execution.nodes.values()) {
      const { name, savedIn, length, clusterSize, primary } = description;
      if (savedIn === null || primary === null) continue;
      const [known, used] = [this.#points.get(name), parentEdges(this.#graph, name).length > 0];
      if (known?.used === true || (known !== undefined && !used)) continue;
      const below = resolveEntry(execution, primary.name);
      const window = imageBelow(description);
      const shape = { kind: "point", node: name, length, clusterSize } as const;
      if (below.kind === "view") {
        if (!this.#points.has(below.hook)) continue;
        this.#changes.push({ ...shape, of: { view: below.hook, shift: below.shift } });
        this.#points.set(name, { used, disk: null });
      } else if (window !== null) {
        this.#changes.push({ ...shape, of: window });
        this.#points.set(name, { used, disk: { ...window, length } });
      }
    }
    this.#handles.rewired(this.#graph, execution);
  }

  stand(phase: Phase & { kind: "concurrent" }): GraphPhase {
    const [graph, execution, handles] = [this.#graph, this.#execution, this.#handles];
    const denoted = new Map(
      graph.edges
        .filter(({ parent }) => isUser(parent))
        .map(({ parent: { name }, child }) => [name, handles.denoted(name, child, execution)]),
    );
    return {
      execution,
      changes: this.take(),
      actors: phase.actors,
      faults: phase.faults ?? [],
      entryOf(through) {
        const node = rootNode(graph, through);
        if (node === undefined) {
          throw new BlockgraphError(
            "request-invalid",
            `an actor goes through '${through}', but there is no device or export of that name`,
          );
        }
        const writable = graph.exports.get(through)?.writable ?? true;
        const { length } = execution.node(node).description;
        const { entry, lost } = denoted.get(through) ?? NOTHING_KNOWN;
        return { node, entry, lost, writable, length };
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
