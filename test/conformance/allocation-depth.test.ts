/**
 * In which layer data is, as exports tell it: the same as qemu-nbd says with `-A`, and as
 * qemu-storage-daemon says of nodes that qemu-nbd does not make. What is written changes it.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { outputOf } from "../nbd/serving.ts";
import { runTool } from "../support/qemu-tools.ts";
import { DAEMONS, QmpTalk } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const TOOLS = ["qemu-storage-daemon", "qemu-img", "qemu-io", "qemu-nbd", "nbdinfo"] as const;
const { test } = needsTool(...TOOLS);

const SIZE = "2M";
const MAP = "--map=qemu:allocation-depth";

/** What each layer has itself, from the top down. */
const LAYERS: readonly (readonly string[])[] = [
  ["write 0 64k", "write -z 256k 64k", "discard 512k 64k", "write 1984k 64k"],
  ["write 64k 128k", "write 1M 4k", "write -z 320k 100k"],
  ["write 0 2M", "discard 1536k 256k"],
];

/** A chain of images, the first on top. @param base the format of the last one */
function makeChain(folder: string, layers: number, base: "qcow2" | "raw"): void {
  for (let layer = layers - 1; layer >= 0; layer--) {
    const path = join(folder, `${layer}`);
    const isBase = layer === layers - 1;
    const format = isBase ? base : "qcow2";
    const below = layer + 1 === layers - 1 ? base : "qcow2";
    const behind = isBase ? [] : ["-b", join(folder, `${layer + 1}`), "-F", below];
    runTool("qemu-img", "create", "-q", "-f", format, ...behind, path, SIZE);
    for (const command of LAYERS[layer] ?? [])
      runTool("qemu-io", "-f", format, "-c", command, path);
  }
}

const qcow2 = (name: string): JsonObject => ({
  ...{ driver: "qcow2", "node-name": name },
  file: { driver: "file", filename: "0" },
});
const NODES: Readonly<Record<string, readonly JsonObject[]>> = {
  "the chain itself": [qcow2("n")],
  "raw above it": [qcow2("d"), { driver: "raw", "node-name": "n", file: "d" }],
  "a filter above it": [qcow2("d"), { driver: "copy-on-read", "node-name": "n", file: "d" }],
  "two filters above it": [
    ...[qcow2("d"), { driver: "copy-on-read", "node-name": "m", file: "d" }],
    { driver: "copy-on-read", "node-name": "n", file: "m" },
  ],
};

/** Waits for a file that a program writes when it is ready. */
async function untilThere(path: string): Promise<void> {
  while (!fs.existsSync(path)) await pause(20);
}

/** What a daemon tells: before something is written, and after. */
async function told(program: readonly string[], folder: string, nodes: readonly JsonObject[]) {
  return await QmpTalk.using(program, folder, async (talk) => {
    await talk.say("nbd-server-start", { addr: { type: "unix", data: { path: "s" } } });
    for (const node of nodes) await talk.say("blockdev-add", node);
    const more = { "allocation-depth": true, writable: true };
    await talk.say("block-export-add", {
      type: "nbd",
      id: "x",
      name: "x",
      "node-name": "n",
      ...more,
    });
    await talk.say("block-export-add", { type: "nbd", id: "y", name: "y", "node-name": "n" });
    const uri = (name: string) => `nbd+unix:///${name}?socket=${join(folder, "s")}`;
    const before = await outputOf("nbdinfo", "--json", MAP, uri("x"));
    await outputOf("qemu-io", "-f", "raw", "-c", "write 700k 200k", uri("x"));
    const after = await outputOf("nbdinfo", "--json", MAP, uri("x"));
    const { exports } = JSON.parse(await outputOf("nbdinfo", "--json", uri("x")));
    const none = JSON.parse(await outputOf("nbdinfo", "--json", uri("y"))).exports;
    return { before, after, contexts: [exports[0].contexts, none[0].contexts] };
  });
}

for (const [title, nodes] of Object.entries(NODES)) {
  test(`${title}: as qemu-storage-daemon`, async () => {
    for (const [layers, base] of [
      [1, "qcow2"],
      [2, "raw"],
      [3, "qcow2"],
      [3, "raw"],
    ] as const) {
      const all: unknown[] = [];
      for (const program of [DAEMONS.qemu(), DAEMONS.ours("qemu-7.2")]) {
        await inTemporaryFolder(async (folder) => {
          makeChain(folder, layers, base);
          all.push(await told(program, folder, nodes));
        });
      }
      expect(all[1]).toEqual(all[0]);
    }
  });
}

test("as qemu-nbd -A, for chains of one to three images", () =>
  inTemporaryFolder(async (folder) => {
    for (const [layers, shorter] of [
      [1, false],
      [2, false],
      [3, false],
      [3, true],
    ] as const) {
      makeChain(folder, layers, "qcow2");
      // What a backing file lacks at its end is its own.
      if (shorter) {
        for (const [name, size] of [
          ["2", "300k"],
          ["1", "600k"],
        ] as const) {
          runTool("qemu-img", "resize", "-q", "--shrink", join(folder, name), size);
        }
      }
      const server = ["[", "qemu-nbd", "-r", "-A", "-f", "qcow2", join(folder, "0"), "]"];
      const theirs = runTool("nbdinfo", "--json", MAP, "--", ...server);
      const [command = "", ...args] = DAEMONS.ours("qemu-7.2");
      const pid = join(folder, "pid");
      const options = [
        `--blockdev=qcow2,node-name=n,file.driver=file,file.filename=${join(folder, "0")}`,
        `--nbd-server=addr.type=unix,addr.path=${join(folder, "own")}`,
        "--export=nbd,id=x,node-name=n,name=,allocation-depth=on",
        `--pidfile=${pid}`,
      ];
      const child = spawn(command, [...args, ...options], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      const ended = new Promise((end) => child.once("close", end));
      try {
        const uri = `nbd+unix:///?socket=${join(folder, "own")}`;
        await untilThere(pid);
        expect(await outputOf("nbdinfo", "--json", MAP, uri)).toBe(theirs);
        const depths = JSON.parse(theirs).map(({ type }: { type: number }) => type);
        expect(Math.max(...depths)).toBe(layers);
      } finally {
        child.kill("SIGTERM");
        await ended;
      }
    }
  }));
