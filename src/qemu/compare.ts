/**
 * Our verdicts beside those of a QEMU: accepted or refused, in which words, and every edge's masks.
 */
import type { CommandContext } from "../graph/command.ts";
import { answerCommand, COMMANDS, type QmpCommand } from "../graph/commands.ts";
import { EMPTY_GRAPH, type Graph } from "../graph/graph.ts";
import { Refusal } from "../graph/refuse.ts";
import { edgesOf } from "./edge-text.ts";
import type { RecordedSequence, RecordedStep, RecordedVerdict } from "./recorded.ts";

/** What came of a sequence. */
export type Comparison =
  | { readonly kind: "agreed"; readonly commands: number; readonly aborted: boolean }
  | {
      readonly kind: "differs";
      /** index of the step */
      readonly step: number;
      readonly ours: string;
      readonly theirs: string;
    }
  /** a command that is not built yet; everything before it agreed */
  | { readonly kind: "skipped"; readonly missing: string };

/** Our side: a graph that commands are applied to. */
export class OurSide {
  readonly #context: CommandContext;
  graph: Graph;

  constructor(context: CommandContext, nbdServer = true) {
    this.#context = context;
    this.graph = { ...EMPTY_GRAPH, nbdServer };
  }

  command(command: QmpCommand): RecordedVerdict {
    const { graph, refusal } = answerCommand(this.graph, command, this.#context);
    this.graph = graph;
    if (refusal === null) return { kind: "accepted" };
    const aborts = refusal instanceof Refusal && refusal.predicts !== null;
    return aborts ? { kind: "aborted" } : { kind: "refused", text: refusal.message };
  }
}

/** Replays a recording on our side, up to the first difference. */
export function compareRecorded(sequence: RecordedSequence, context: CommandContext): Comparison {
  const ours = new OurSide(context, sequence.nbdServer);
  let edges: readonly string[] = [];
  let commands = 0;
  for (const [index, step] of sequence.steps.entries()) {
    edges = step.edges ?? edges;
    if (step.command === null) {
      if (step.verdict.kind === "aborted") return { kind: "agreed", commands, aborted: true };
      continue;
    }
    if (!COMMANDS.has(step.command.execute)) {
      return { kind: "skipped", missing: step.command.execute };
    }
    commands++;
    const verdict = ours.command(step.command);
    const difference = differenceOf(verdict, ours.graph, { ...step, edges });
    if (difference !== null) return { kind: "differs", step: index, ...difference };
    if (verdict.kind === "aborted") return { kind: "agreed", commands, aborted: true };
  }
  return { kind: "agreed", commands, aborted: false };
}

/** What differs after a command; null: nothing does. */
export function differenceOf(
  verdict: RecordedVerdict,
  graph: Graph,
  theirs: Pick<RecordedStep, "verdict"> & { readonly edges: readonly string[] },
): { readonly ours: string; readonly theirs: string } | null {
  const [mine, other] = [verdictText(verdict), verdictText(theirs.verdict)];
  if (mine !== other) return { ours: mine, theirs: other };
  if (verdict.kind === "aborted") return null;
  const edges = edgesOf(graph);
  const extra = edges.filter((edge) => !theirs.edges.includes(edge));
  const missing = theirs.edges.filter((edge) => !edges.includes(edge));
  if (extra.length + missing.length === 0 && edges.length === theirs.edges.length) return null;
  return { ours: extra.join(", "), theirs: missing.join(", ") };
}

function verdictText(verdict: RecordedVerdict): string {
  return verdict.kind === "refused" ? verdict.text : verdict.kind;
}
