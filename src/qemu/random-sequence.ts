/**
 * Sequences of commands, random or given, sent to a QEMU and to ourselves, one by one.
 */
import type { CommandContext } from "../graph/command.ts";
import type { QmpCommand } from "../graph/commands.ts";
import type { Graph } from "../graph/graph.ts";
import { differenceOf, isEnd, OurSide } from "./compare.ts";
import { QemuDaemon } from "./daemon.ts";
import { edgesOfReply } from "./edge-text.ts";
import type { ImageFolder } from "./image-folder.ts";
import { jobsDiffer } from "./job-states.ts";
import { commandFor } from "./random-commands.ts";
import { RANDOM_IMAGE_FACTS } from "./random-images.ts";
import type { Pick } from "./random-names.ts";
import type { RecordedVerdict } from "./recorded.ts";

/** What came of one sequence. */
export interface LiveOutcome {
  /** the commands that were sent, up to the one that differs */
  readonly commands: readonly QmpCommand[];
  readonly refused: number;
  readonly aborted: boolean;
  readonly difference: { readonly ours: string; readonly theirs: string } | null;
}

/** Whom commands are compared with. */
export interface LiveSide {
  /** the daemon's program */
  readonly binary: string;
  readonly images: ImageFolder;
  readonly context: CommandContext;
  /** ms after which a daemon that is expected to answer counts as hung; absent: a long time */
  readonly patience?: number;
}

/** Sends what some numbers mean to a fresh daemon and to ourselves. */
export function compareLive(picks: readonly Pick[], side: LiveSide): Promise<LiveOutcome> {
  return compare(picks, side, (pick, ours) =>
    commandFor(ours.graph, pick, (candidate) => ours.accepts(candidate), side.context.profile),
  );
}

/** Sends commands to a fresh daemon and to ourselves. */
export function replayLive(commands: readonly QmpCommand[], side: LiveSide): Promise<LiveOutcome> {
  return compare(commands, side, (command) => command);
}

function compare<Step>(
  steps: readonly Step[],
  { binary, images, context, patience }: LiveSide,
  commandOf: (step: Step, ours: OurSide) => QmpCommand,
): Promise<LiveOutcome> {
  return images.using((folder) =>
    QemuDaemon.using(binary, folder, async (daemon) => {
      const ours = new OurSide({ ...context, images: RANDOM_IMAGE_FACTS });
      const commands: QmpCommand[] = [];
      let refused = 0;
      let jobs = false;
      for (const step of steps) {
        const command = commandOf(step, ours);
        commands.push(command);
        const verdict = ours.command(command);
        const wait = verdict.kind === "hung" ? HANG_IS_EXPECTED : patience;
        const theirs = await theirVerdict(daemon, command, wait);
        const differs = verdict.kind !== theirs.kind;
        const works = jobs || hasJobs(ours.graph) || "job-id" in command.arguments;
        jobs = hasJobs(ours.graph);
        if (!differs && !isEnd(theirs) && works) {
          const difference = await jobsDiffer(daemon, ours.graph);
          if (difference !== null) return { commands, refused, aborted: false, difference };
        }
        const edges = differs || isEnd(theirs) ? [] : await theirEdges(daemon);
        const difference = differenceOf(verdict, ours.graph, { verdict: theirs, edges });
        if (verdict.kind === "refused") refused++;
        const aborted = isEnd(verdict);
        if (difference !== null || aborted) return { commands, refused, aborted, difference };
      }
      return { commands, refused, aborted: false, difference: null };
    }),
  );
}

const hasJobs = ({ jobs }: Graph) => jobs.size > 0;

/** What ends a QEMU that aborts as predicted (src/graph/profile.ts); others are other defects. */
const PREDICTED = [
  /parent_quiesce_counter/,
  /!child->frozen/,
  /hbitmap_merge/,
  /is_power_of_2\(granularity\)/,
  /top_level/,
  /BDRV_O_INACTIVE/,
  /QLIST_EMPTY\(&bs->dirty_bitmaps\)/,
  /Cannot change '\w+' link to/,
  /^(\S+: )?Permission conflict on node/,
  /^(\S+: )?Block node is read-only/,
];

/** ms that a command is waited for that is expected not to be answered */
const HANG_IS_EXPECTED = 1_500;

async function theirVerdict(
  daemon: QemuDaemon,
  command: QmpCommand,
  patience?: number,
): Promise<RecordedVerdict> {
  const reply = await daemon.command(command, patience);
  if ("silence" in reply) {
    const { silence, said, signal } = reply;
    const predictable = silence === "hung" || PREDICTED.some((each) => each.test(said));
    if (predictable) return { kind: silence };
    return { kind: "crashed", said: signal === null || signal === "SIGABRT" ? said : signal };
  }
  return reply.error === undefined
    ? { kind: "accepted" }
    : { kind: "refused", text: reply.error.desc };
}

async function theirEdges(daemon: QemuDaemon): Promise<string[]> {
  const reply = await daemon.command({ execute: "x-debug-query-block-graph", arguments: {} });
  if ("silence" in reply) return [`QEMU ended when asked for its graph, and said: ${reply.said}`];
  return edgesOfReply(reply.return);
}
