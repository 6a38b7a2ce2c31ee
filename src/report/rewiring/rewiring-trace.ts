/**
 * A script of graph commands as the player shows it: at every step the graph before and after, the
 * masks that it changed, and what was said of it.
 */
import type { Viz } from "@viz-js/viz";
import type { Edge, Graph } from "../../graph/graph.ts";
import { type DrawnGraph, graphPicture, type Marked } from "../draw/graph-picture.ts";
import { ADMINISTRATOR } from "../player/lanes.ts";
import { commandText } from "../player/record-text.ts";
import type { Tone } from "../site/picture.ts";
import type { GraphView, PlayerStep, PlayerTrace } from "../site/player-trace.ts";
import { type EdgeChange, edgeChanges, edgesByName, edgeValue } from "./edge-changes.ts";
import { type Recording, recordedAnswers } from "./recorded-answer.ts";
import { JUDGED, type Rewired, type RewiredStep } from "./rewired.ts";
import { toldOf } from "./told.ts";

/** @param recordings of versions of QEMU that were sent the same commands */
export function rewiringTrace(
  viz: Viz,
  done: Rewired,
  recordings: readonly Recording[],
): PlayerTrace {
  const { rewiring, begin, steps } = done;
  const answers = recordings.map((recording) => recordedAnswers(recording, done));
  const views = steps.map((step, index) => {
    const recorded = answers.flatMap((each) => each[index]?.told ?? []);
    return viewOf(viz, step, index + 1, done, recorded);
  });
  return {
    id: "commands",
    title: rewiring.title,
    notices: [],
    lanes: [ADMINISTRATOR],
    maps: [],
    facts: [...edgesByName(begin)].map(([what, edge]) => ({ what, value: edgeValue(edge) })),
    properties: JUDGED.map(({ name, statement }) => ({ name, statement, status: "holds" })),
    steps: steps.map((step, index) => playerStep(step, steps[index - 1] ?? null, index)),
    graphs: [beginning(viz, begin, done), ...views],
    loop: null,
  };
}

function beginning(viz: Viz, graph: Graph, done: Rewired): GraphView {
  const after = graphPicture(viz, "The graph at the beginning", drawn(graph, done));
  return { before: null, after, caption: "the graph at the beginning", command: "", told: [] };
}

function drawn(graph: Graph, { profile }: Rewired): DrawnGraph {
  return { graph, nodes: new Map(), profile };
}

/** In front of a command, where lists that are cut off have them. */
const ANSWERS = { accepted: "", refused: "refused: " } as const;
const ENDS = { abort: "aborts QEMU: ", crash: "crashes QEMU: ", hang: "hangs QEMU: " } as const;

function playerStep(step: RewiredStep, last: RewiredStep | null, record: number): PlayerStep {
  const { command, before, after, explained, broken } = step;
  const { verdict, predicts } = explained;
  const answer = predicts === null ? ANSWERS[verdict] : ENDS[predicts];
  return {
    record,
    text: `${answer}${commandText(command.execute, command.arguments)}`,
    lane: ADMINISTRATOR.id,
    messages: [],
    line: JSON.stringify(command),
    changes: edgeChanges(before, after).map(({ what, ...edge }) => ({
      ...{ what, before: edgeValue(edge.before), after: edgeValue(edge.after) },
    })),
    cells: [],
    judged: broken.flatMap((why, property) => {
      if ((last?.broken[property] ?? null) === why) return [];
      return [{ property, status: why === null ? "holds" : "violated", why: why ?? "" } as const];
    }),
    wrong: null,
  };
}

function viewOf(
  viz: Viz,
  step: RewiredStep,
  number: number,
  done: Rewired,
  recorded: GraphView["told"],
): GraphView {
  const { before, after, wanted, explained, command } = step;
  const shown = wanted?.graph ?? after;
  const changes = edgeChanges(before, shown);
  const refused = explained.verdict === "refused";
  const caption =
    wanted !== null
      ? "what was asked for: two edges do not agree"
      : explained.predicts !== null
        ? "nothing comes after this"
        : refused
          ? "the graph stays as it was"
          : "the graph now";
  return {
    before: graphPicture(
      viz,
      `Before step ${number}`,
      drawn(before, done),
      leaving(changes, shown),
    ),
    after: graphPicture(
      ...([viz, `After step ${number}: ${caption}`, drawn(shown, done)] as const),
      arriving(changes, before, wanted?.edges ?? []),
    ),
    caption,
    command: JSON.stringify(command, null, 1),
    told: toldOf(step, done.profile, recorded),
  };
}

/** What is not there any more, or leads elsewhere. */
function leaving(changes: readonly EdgeChange[], after: Graph): Marked {
  const moved = new Set(
    changes.flatMap((each) => (each.before?.child === each.after?.child ? [] : [each.before])),
  );
  return {
    user: (parent) => (isThere(after, parent) ? null : "quiet"),
    edge: (edge) => (moved.has(edge) ? { tone: "guest", dashed: true } : null),
  };
}

/** What is new, or asks for something else; and edges that do not agree. */
function arriving(
  changes: readonly EdgeChange[],
  before: Graph,
  culprits: readonly Edge[],
): Marked {
  const tones = new Map<Edge | null, Tone>(
    changes.map((each) => [each.after, each.before?.child === each.after?.child ? "open" : "good"]),
  );
  for (const edge of culprits) tones.set(edge, "bad");
  return {
    user: (parent) => (isThere(before, parent) ? null : "good"),
    edge: (edge) => {
      const tone = tones.get(edge);
      return tone === undefined ? null : { tone, dashed: false };
    },
  };
}

function isThere(graph: Graph, { kind, name }: Edge["parent"]): boolean {
  switch (kind) {
    case "node":
      return graph.nodes.has(name);
    case "device":
      return graph.devices.has(name);
    case "export":
      return graph.exports.has(name);
    case "job":
      return graph.jobs.has(name);
    case "backend":
      return graph.edges.some(({ parent }) => parent.kind === kind && parent.name === name);
  }
}
