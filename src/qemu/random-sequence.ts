/**
 * Random sequences of commands, sent to a QEMU and to ourselves, one by one.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlockgraphError } from "../error.ts";
import type { CommandContext } from "../graph/command.ts";
import type { QmpCommand } from "../graph/commands.ts";
import { differenceOf, isEnd, OurSide } from "./compare.ts";
import { QemuDaemon } from "./daemon.ts";
import { edgesOfReply } from "./edge-text.ts";
import { commandFor } from "./random-commands.ts";
import { fileLengthOf, RANDOM_IMAGE_FACTS, RANDOM_IMAGES } from "./random-images.ts";
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

/** A folder with the images that daemons work on; each daemon gets a copy. */
export class ImageFolder {
  readonly #template: string;

  /** @param qemuImg the program that makes qcow2 images */
  constructor(qemuImg = "qemu-img") {
    this.#template = mkdtempSync(join(tmpdir(), "blockgraph-conform-"));
    const cwd = this.#template;
    try {
      for (const image of RANDOM_IMAGES) {
        const { filename, size, format, backing } = image;
        const below = backing === null ? [] : ["-b", backing, "-F", "raw"];
        const args = ["create", "-q", "-f", format, ...below, filename, String(size)];
        execFileSync(qemuImg, args, { cwd });
        truncateSync(join(this.#template, filename), fileLengthOf(image));
      }
    } catch {
      rmSync(this.#template, { recursive: true, force: true });
      throw new BlockgraphError(
        "bad-argument",
        `${qemuImg} does not make images; install Debian's qemu-utils`,
      );
    }
  }

  async using<T>(use: (folder: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), "blockgraph-conform-"));
    try {
      cpSync(this.#template, folder, { recursive: true });
      return await use(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  remove(): void {
    rmSync(this.#template, { recursive: true, force: true });
  }
}

/** Sends what some numbers mean to a fresh daemon and to ourselves. */
export async function compareLive(
  picks: readonly Pick[],
  binary: string,
  images: ImageFolder,
  context: CommandContext,
): Promise<LiveOutcome> {
  return images.using((folder) =>
    QemuDaemon.using(binary, folder, async (daemon) => {
      const ours = new OurSide({ ...context, images: RANDOM_IMAGE_FACTS });
      const commands: QmpCommand[] = [];
      let refused = 0;
      for (const pick of picks) {
        const command = commandFor(ours.graph, pick, (candidate) => ours.accepts(candidate));
        commands.push(command);
        const verdict = ours.command(command);
        const patience = verdict.kind === "hung" ? HANG_IS_EXPECTED : undefined;
        const theirs = await theirVerdict(daemon, command, patience);
        const differs = verdict.kind !== theirs.kind;
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

/** What ends a QEMU that aborts as predicted (src/graph/profile.ts); others are other defects. */
const PREDICTED = [
  /parent_quiesce_counter/,
  /!child->frozen/,
  /hbitmap_merge/,
  /QLIST_EMPTY\(&bs->dirty_bitmaps\)/,
  /Cannot change '\w+' link to/,
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
