/**
 * What two storage daemons say to the same conversation, QEMU's and ours.
 *
 * An event and an answer may come in either order, and QEMU pauses jobs while the graph changes,
 * and says so; so answers and events are compared apart, and such pauses are left out.
 */
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { ToolTests } from "../tools/needs-tool.ts";
import { daemons } from "./machines.ts";
import { DAEMONS, type QmpMessage, QmpTalk } from "./qmp-talk.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

/** bytes of each image */
export const DISK = 1024 * 1024;

/** The images that there are: `a.raw` full of `a`, and so on. */
const IMAGES = ["a", "b", "c"];

export interface Transcript {
  readonly answers: readonly unknown[];
  readonly events: readonly unknown[];
  /** what the conversation itself has found out */
  readonly found: unknown;
}

/** @param folder where the images are; it is the daemon's own */
export type Conversation = (talk: QmpTalk, folder: string) => Promise<unknown>;

/** A QEMU that is here, and the command lines of its daemon and of ours. */
export const pairs = () =>
  daemons().map(({ version, binary }) => ({
    version,
    programs: [[binary], DAEMONS.ours(`qemu-${version}`)],
  }));

/** First what QEMU's daemon says, then ours. */
export async function transcripts(
  programs: readonly (readonly string[])[],
  talkAbout: Conversation,
): Promise<Transcript[]> {
  const all: Transcript[] = [];
  for (const program of programs) {
    await inTemporaryFolder(async (folder) => {
      for (const name of IMAGES) {
        fs.writeFileSync(join(folder, `${name}.raw`), Buffer.alloc(DISK, name));
      }
      await QmpTalk.using(program, folder, async (talk) => {
        const found = await talkAbout(talk, folder);
        const heard = talk.heard.filter((message) => message.QMP === undefined);
        all.push({
          answers: heard.filter(({ event }) => event === undefined).map(idle),
          events: withoutPauses(heard.filter(({ event }) => event !== undefined)),
          found,
        });
      });
    });
  }
  return all;
}

/** A test for each conversation beside each QEMU that is here: both daemons say the same. */
export function compareTalks(
  { test }: Pick<ToolTests, "test">,
  conversations: readonly (readonly [about: string, Conversation])[],
): void {
  describe.each(pairs())("as with QEMU $version", ({ programs }) => {
    for (const [about, talkAbout] of conversations) {
      test(about, async () => {
        const [theirs, ours] = await transcripts(programs, talkAbout);
        expect(ours).toEqual(theirs);
      });
    }
  });
}

/** Whether a job does something at this very moment is chance. */
function idle(answer: QmpMessage): unknown {
  return JSON.parse(JSON.stringify(answer).replaceAll('"busy":true', '"busy":false'));
}

/** Without the pauses of drained sections: a job that runs, and is said to run again. */
function withoutPauses(events: readonly QmpMessage[]): QmpMessage[] {
  const last = new Map<string, string>();
  return events.filter(({ event, data }) => {
    if (event !== "JOB_STATUS_CHANGE") return true;
    const { id = "", status = "" } = data ?? {};
    if (status === "paused" || status === "standby" || last.get(id) === status) return false;
    last.set(id, status === "null" ? "" : status);
    return true;
  });
}
