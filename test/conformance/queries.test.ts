/**
 * What queries answer: the same JSON as a real daemon, to the numbers of nodes and the order of
 * lists, where nobody was moved; and nothing that it does not say, of what we say about nodes.
 */
import { expect, test } from "vitest";
import { z } from "zod";
import { DRIVERS } from "../../src/drivers/registry.ts";
import { answerCommand, type QmpCommand } from "../../src/graph/commands.ts";
import { EMPTY_GRAPH, type JsonObject } from "../../src/graph/graph.ts";
import { profile } from "../../src/graph/profile.ts";
import { QemuDaemon } from "../../src/qemu/daemon.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const send = (execute: string, args: JsonObject = {}): QmpCommand => ({ execute, arguments: args });
const disk = (name: string) => ({ driver: "null-co", "node-name": name, size: 65536 });

const GRAPH: readonly QmpCommand[] = [
  send("blockdev-add", disk("a")),
  send("blockdev-add", disk("b")),
  send("block-export-add", { type: "nbd", id: "guest", name: "guest", "node-name": "b" }),
  send("blockdev-add", {
    driver: "copy-before-write",
    "node-name": "hook",
    file: "a",
    target: disk("target"),
  }),
  send("blockdev-add", { driver: "snapshot-access", "node-name": "view", file: "hook" }),
  send("block-export-add", { type: "nbd", id: "view", name: "view", "node-name": "view" }),
  send("blockdev-backup", {
    ...{ "job-id": "job", device: "a", target: "b", sync: "none", "filter-node-name": "filter" },
  }),
  send("block-dirty-bitmap-add", { node: "a", name: "bitmap" }),
];
const JOBS = send("query-block-jobs");
const QUERIES = [JOBS, send("x-debug-query-block-graph"), send("query-named-block-nodes")];

/** Hooks keep bitmaps of their own, which have no names. */
const bitmapsSchema = z
  .array(z.looseObject({ name: z.string().optional() }))
  .transform((bitmaps) => bitmaps.filter(({ name }) => name !== undefined));
const nodesSchema = z.array(z.looseObject({ "dirty-bitmaps": bitmapsSchema.optional() }));

/** A daemon tells also how far each is. */
const jobsSchema = z.array(z.looseObject({ device: z.string() })).length(1);

test("a graph with everything in it is told as by a real daemon", async () => {
  await inTemporaryFolder(async (folder) => {
    await QemuDaemon.using("qemu-storage-daemon", folder, async (daemon) => {
      const context = { drivers: DRIVERS, profile: profile("qemu-7.2") };
      let graph = EMPTY_GRAPH;
      const ours: unknown[] = [];
      const theirs: unknown[] = [];
      for (const command of [...GRAPH, ...QUERIES]) {
        const answer = answerCommand(graph, command, context);
        graph = answer.graph;
        expect(answer.refusal).toBe(null);
        ours.push("reply" in answer ? answer.reply : null);
        const reply = await daemon.command(command);
        theirs.push("return" in reply ? reply.return : reply);
      }
      const asked = GRAPH.length;
      expect(theirs[asked]).toMatchObject(jobsSchema.parse(ours[asked]));
      const exact = (answers: readonly unknown[]) => answers.toSpliced(asked, 1).slice(0, -1);
      expect(exact(ours)).toEqual(exact(theirs));
      const [told, nodes] = [theirs, ours].map((each) => nodesSchema.parse(each.at(-1)));
      expect(told).toMatchObject(nodes ?? []);
    });
  });
});
