/**
 * Conversations with a storage daemon about what it accepts, for comparing ours with QEMU's.
 */
import { join } from "node:path";
import type { JsonObject } from "../../src/graph/graph.ts";
import { QmpTalk } from "./qmp-talk.ts";

/** Name and arguments. */
export type Command = readonly [string, JsonObject];

/** What it is about, and what is said. Nodes are called n, m, q, p or w, an export x. */
export type Conversation = readonly [string, ...Command[]];

/** What a daemon answers to conversations, each of which finds it as the first one did. */
export async function answers(
  program: readonly string[],
  folder: string,
  conversations: readonly Conversation[],
) {
  return await QmpTalk.using(program, folder, async (talk) => {
    const path = join(folder, "own.sock");
    await talk.say("nbd-server-start", { addr: { type: "unix", data: { path } } });
    const heard: object[] = [];
    for (const [title, ...commands] of conversations) {
      for (const [execute, args] of commands) {
        const { id: ___, ...answer } = await talk.say(execute, args);
        heard.push({ title, ...answer });
      }
      const deleted = talk.hear(({ event }) => event === "BLOCK_EXPORT_DELETED");
      const { error } = await talk.say("block-export-del", { id: "x", mode: "hard" });
      if (error === undefined) await deleted;
      await talk.say("object-del", { id: "t" });
      for (const name of "wpqmn") await talk.say("blockdev-del", { "node-name": name });
    }
    return heard;
  });
}
