/**
 * What is to be said of a command that was sent to a graph: the answer, who moves, what is asked of
 * whom and why; and of a refusal, which two edges do not agree, and what would help.
 */
import type { Edge } from "../../graph/graph.ts";
import { ALL_PERMISSIONS, NO_DEMANDS, permissionText } from "../../graph/permission.ts";
import type { Profile } from "../../graph/profile.ts";
import { originLines } from "../draw/origin-lines.ts";
import type { ExplainedCommand } from "../explain/explanation.ts";
import type { GraphView } from "../site/player-trace.ts";
import { edgeChanges } from "./edge-changes.ts";
import type { RewiredStep } from "./rewired.ts";

type Told = GraphView["told"][number];

/** @param recorded what QEMUs answered, which stands beside what the rules say */
export function toldOf(step: RewiredStep, profile: Profile, recorded: readonly Told[]): Told[] {
  const { explained } = step;
  return [
    answerOf(explained, profile),
    ...recorded,
    ...movesOf(explained),
    ...conflictOf(explained),
    ...askedOf(step, profile),
  ].filter(({ lines }) => lines.length > 0);
}

const ENDS = { abort: "aborts", crash: "crashes", hang: "hangs" } as const;

function answerOf({ error, predicts }: ExplainedCommand, { name }: Profile): Told {
  if (error === null) return { title: `By ${name}`, tone: "good", lines: ["accepted"] };
  const instead = predicts === null ? [] : [`the QEMU of ${name} ${ENDS[predicts]} here`];
  return { title: `Refused by ${name}`, tone: "bad", lines: [...instead, error] };
}

function movesOf({ moves }: ExplainedCommand): Told[] {
  const lines = moves.map(({ parent, name, from, to }) => {
    const edge = name === "root" ? "" : `, its ${name}`;
    return `${parent.name}${edge}: from ${from} to ${to}`;
  });
  return [{ title: "Who moves", tone: "guest", lines }];
}

/** What is required, or withheld, that was not before; and whose wish or rule that is. */
function askedOf({ before, after, wanted }: RewiredStep, profile: Profile): Told[] {
  const graph = wanted?.graph ?? after;
  return edgeChanges(before, graph).map(({ before: old, after: edge }): Told => {
    if (edge === null) return { title: "", tone: "plain", lines: [] };
    const context = { graph, profile };
    const known = old ?? NO_DEMANDS;
    const given = known.perm & ~edge.perm;
    const lines = [
      ...originLines(edge, "requires", context, known.perm),
      ...originLines(edge, "unshares", context, ALL_PERMISSIONS & ~known.shared),
      ...(given === 0 ? [] : [`does without ${permissionText(given)} now`]),
    ];
    const as = edge.name === "root" ? "" : ` as its ${edge.name}`;
    const idle = edge.parent.kind === "node" && !graph.edges.some(isAbove(edge.parent.name));
    const nothing = old === null ? [idle ? "nothing, as long as nobody uses it" : "nothing"] : [];
    return {
      title: `${edge.parent.name} asks of ${edge.child}${as}`,
      tone: "plain",
      lines: lines.length === 0 ? nothing : lines,
    };
  });
}

function isAbove(node: string): (edge: Edge) => boolean {
  return ({ child }) => child === node;
}

function conflictOf({ conflict }: ExplainedCommand): Told[] {
  if (conflict === null) return [];
  const { permissions, required, unshared, remedies } = conflict;
  const [first = ""] = permissions;
  return [
    { title: `Who requires ${first}`, tone: "bad", lines: required.map(stepText) },
    { title: `Who does not share ${first}`, tone: "bad", lines: unshared.map(stepText) },
    { title: "What would help; each was tried", tone: "good", lines: remedies },
  ];
}

type OriginStep = NonNullable<ExplainedCommand["conflict"]>["required"][number];

function stepText({ edge: { parent, name, child }, why }: OriginStep): string {
  const edge =
    name === "root" ? `${parent.name}, of ${child}` : `${parent.name}, of its ${name} ${child}`;
  if (why === "handed-on") return `${edge}, because of who is above`;
  return why === "user" ? `${edge}: it was added so` : `${edge}: a rule of its driver`;
}
