/**
 * Our verdicts beside those of a QEMU: accepted or refused, in which words, and every edge's masks.
 */
import type { CommandContext } from "../graph/command.ts";
import { answerCommand, COMMANDS, type QmpCommand } from "../graph/commands.ts";
import { EMPTY_GRAPH, type Graph } from "../graph/graph.ts";
import { type Defect, Refusal } from "../graph/refuse.ts";
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

/** What is to be seen of a defect. Memory that is freed is not asserted to be: a signal ends it. */
const ENDS: Readonly<Record<Defect, RecordedVerdict>> = {
  abort: { kind: "aborted" },
  crash: { kind: "crashed", said: "SIGSEGV" },
  hang: { kind: "hung" },
};

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
    const predicts = refusal instanceof Refusal ? refusal.predicts : null;
    if (predicts !== null) return ENDS[predicts];
    return { kind: "refused", text: refusal.message };
  }

  /** Whether a command would be accepted, which changes nothing. */
  accepts(command: QmpCommand): boolean {
    const trial = new OurSide(this.#context);
    trial.graph = this.graph;
    return trial.command(command).kind === "accepted";
  }
}

/** Replays a recording on our side, up to the first difference. */
export function compareRecorded(sequence: RecordedSequence, context: CommandContext): Comparison {
  const { images } = sequence;
  const known = images === undefined ? context : { ...context, images };
  const ours = new OurSide(known, sequence.nbdServer);
  let edges: readonly string[] = [];
  let commands = 0;
  for (const [index, step] of sequence.steps.entries()) {
    edges = step.edges ?? edges;
    if (step.command === null) {
      if (isEnd(step.verdict)) return { kind: "agreed", commands, aborted: true };
      continue;
    }
    if (!COMMANDS.has(step.command.execute)) {
      return { kind: "skipped", missing: step.command.execute };
    }
    commands++;
    const verdict = ours.command(step.command);
    const difference = differenceOf(verdict, ours.graph, { ...step, edges });
    if (difference !== null) return { kind: "differs", step: index, ...difference };
    if (isEnd(verdict)) return { kind: "agreed", commands, aborted: true };
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
  if (isEnd(verdict)) return null;
  const edges = edgesOf(graph);
  const [extra, missing] = [without(edges, theirs.edges), without(theirs.edges, edges)];
  if (extra.length + missing.length === 0) return null;
  return { ours: extra.join(", "), theirs: missing.join(", ") };
}

/** What is left of a list if each of some others is taken from it once: names may repeat. */
function without(all: readonly string[], taken: readonly string[]): string[] {
  const left = [...all];
  for (const each of taken) {
    const index = left.indexOf(each);
    if (index >= 0) left.splice(index, 1);
  }
  return left;
}

/** Whether nothing can come after a verdict. */
export function isEnd({ kind }: RecordedVerdict): boolean {
  return kind === "aborted" || kind === "hung" || kind === "crashed";
}

function verdictText(verdict: RecordedVerdict): string {
  if (verdict.kind === "crashed") return `crashed: ${verdict.said}`;
  if (verdict.kind !== "refused") return verdict.kind;
  return withoutNumbers(verdict.text);
}

/** With one name for all nodes that were named automatically: each side makes up its own. */
export function withoutNumbers(text: string): string {
  return text.replaceAll(/#block\d+/g, "#block");
}
