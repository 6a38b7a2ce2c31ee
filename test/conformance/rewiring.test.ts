/**
 * The scripts of models/rewiring on real machines: verdicts, texts and all masks are those that
 * were recorded, which the site shows beside the rules. With BLOCKGRAPH_RECORD=1 they are recorded
 * anew.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { REWIRINGS } from "../../models/rewiring/index.ts";
import { QemuDaemon, type QmpReply, type Silence } from "../../src/qemu/daemon.ts";
import { edgesOfReply } from "../../src/qemu/edge-text.ts";
import { qcow2Images } from "../../src/qemu/replay/image-formats.ts";
import { Machine } from "../../src/qemu/replay/machine.ts";
import { makeQcow2 } from "../../src/qemu/replay/make-images.ts";
import { RECORDED } from "../../src/report/site/rewiring/recordings.ts";
import type { Rewiring } from "../../src/system/rewiring.ts";
import { type MachineBinary, machines } from "../support/machines.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { describe, test } = needsTool("qemu-img", "qemu-system-x86_64");

/** bytes */
const LENGTH = 131_072;
const RAW = ["disk.raw", "cache.raw", "second.raw"];
/** seconds of a machine's life for each command */
const SECONDS = 1;

/** The rules of which some QEMU has. */
const SENT = [...REWIRINGS.values()].filter(({ profile }) => profile.startsWith("qemu-"));

/** What a machine answers, in the format of recordings. */
async function recorded({ binary }: MachineBinary, { name, title, setup, commands }: Rewiring) {
  const all = [...setup, ...commands];
  return inTemporaryFolder(async (folder) => {
    for (const file of RAW) makeRaw(join(folder, file));
    const formatted = [...qcow2Images(all)].map((filename) => ({
      ...{ filename, length: LENGTH, digest: "", extents: null },
    }));
    makeQcow2(folder, formatted);
    return QemuDaemon.usingMachine(binary, folder, all.length * SECONDS, async (qemu) => {
      const machine = await Machine.prepare(qemu, folder);
      const steps: object[] = [];
      for (const command of all) {
        const reply = await machine.command(command);
        const { execute: cmd, arguments: args } = command;
        const result = resultOf(reply);
        if ("silence" in reply) {
          steps.push({ cmd, args, result });
          break;
        }
        const graph = await qemu.command({ execute: "x-debug-query-block-graph", arguments: {} });
        if ("silence" in graph) throw new Error(`QEMU ${graph.silence}: ${graph.said}`);
        steps.push({ cmd, args, result, edges: edgesOfReply(graph.return) });
      }
      return { id: name, title, binary: "qemu-system-x86_64", steps };
    });
  });
}

function resultOf(reply: QmpReply | Silence) {
  if ("silence" in reply) {
    return { error: reply.silence === "hung" ? "QEMU hung" : "QEMU aborted" };
  }
  return reply.error === undefined ? "ok" : { error: reply.error.desc };
}

function makeRaw(path: string): void {
  const file = openSync(path, "w");
  ftruncateSync(file, LENGTH);
  closeSync(file);
}

function fileOf(version: string): string {
  const [, path = ""] = [...RECORDED].find(([full]) => full.startsWith(`${version}.`)) ?? [];
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

for (const machine of machines()) {
  describe(`QEMU ${machine.version}`, () => {
    test("answers to every script of models/rewiring as was recorded", async () => {
      const answers: object[] = [];
      for (const rewiring of SENT) answers.push(await recorded(machine, rewiring));
      const path = fileOf(machine.version);
      if (process.env.BLOCKGRAPH_RECORD === "1") {
        writeFileSync(path, `[\n${answers.map((each) => JSON.stringify(each)).join(",\n")}\n]\n`);
      }
      expect(answers).toEqual(JSON.parse(readFileSync(path, "utf8")));
    });
  });
}
