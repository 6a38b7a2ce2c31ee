/**
 * Where `blockgraph fleece` takes its disk from, where it offers it, and who may tell it what.
 */
import fs from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import { blockgraph, expectRefusal } from "../cli/blockgraph.ts";
import { MemoryExport } from "../nbd/memory-export.ts";
import { outputOf, serving } from "../nbd/serving.ts";
import { Fleeced } from "../support/fleeced.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const MIB = 1024 * 1024;
const LENGTH = 4 * MIB;
const KEY = "0123456789abcdef0123456789abcdef";

const { test } = needsTool("qemu-io", "nbdcopy");

const io = (uri: string, ...commands: readonly string[]) =>
  outputOf("qemu-io", "-f", "raw", ...commands.flatMap((each) => ["-c", each]), uri);

function makeDisk(folder: string) {
  const [disk, original] = [join(folder, "disk.raw"), Buffer.alloc(LENGTH, "as it was ")];
  fs.writeFileSync(disk, original);
  return { disk, original };
}

test("a disk on a server is fleeced as one in a file is", async () => {
  const offered = new MemoryExport(LENGTH, { name: "a disk" });
  const old = Buffer.alloc(LENGTH, 7);
  await serving([offered], async ({ folder, uri }) => {
    const disk = uri("a%20disk");
    for (const cache of [
      ["--memory", "16M"],
      ["--cache", join(folder, "cache")],
    ]) {
      offered.image.execute("write", 0, LENGTH, old);
      const ended = await Fleeced.using(disk, folder, cache, async ({ guest, view }) => {
        await io(guest, "write -P 9 1M 1M", "write -z 3M 64k");
        const copy = join(folder, "copy");
        await outputOf("nbdcopy", view, copy);
        expect(fs.readFileSync(copy).equals(old)).toBe(true);
      });
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      const { content } = offered.image;
      expect([content[MIB], content[2 * MIB], content[3 * MIB]]).toEqual([9, 7, 0]);
      expect(offered.requests.at(-1)).toBe("flush");
    }
  });
});

test("a server that does not let anybody write has no guest", async () => {
  const offered = new MemoryExport(LENGTH, { writable: false, trims: false });
  await serving([offered], async ({ folder, uri }) => {
    const args = ["fleece", uri(), "--memory", "1M", "--run", "true"];
    expectRefusal(await blockgraph(args, { cwd: folder }), /Permission denied/);
  });
});

test("ports are offered to who has the key", () =>
  inTemporaryFolder(async (folder) => {
    const { disk, original } = makeDisk(folder);
    fs.writeFileSync(join(folder, "keys.psk"), `alice:${KEY}\n`);
    const object = `tls-creds-psk,id=tls,endpoint=server,dir=${folder}`;
    const copy = join(folder, "copy");
    const command = [
      `key="tls-psk-file=${join(folder, "keys.psk")}"`,
      'of() { echo "$1?$key" | sed s,://,://alice@,; }',
      `nbdcopy "$(of "$view")" '${copy}'`,
      'nbdinfo --size "$(of "$guest")"',
      '! nbdinfo "$(echo "$guest" | sed s/nbds/nbd/)"',
    ].join(" && ");
    const places = ["--guest", "nbds://127.0.0.1:0", "--view", "nbds://127.0.0.1:0"];
    const credentials = ["--object", object, "--tls-creds", "tls"];
    const args = ["fleece", disk, ...places, ...credentials, "--run", command];
    const ended = await blockgraph(args, { cwd: folder });
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/^guest: nbds:\/\/127\.0\.0\.1:\d+\/\nview: nbds:/);
    expect(fs.readFileSync(copy).equals(original)).toBe(true);
  }));

/** A conversation over QMP, one command after the other. */
async function said(path: string, ...commands: readonly object[]): Promise<unknown[]> {
  const socket = createConnection(path);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? "null");
  await next();
  const answers: unknown[] = [];
  for (const command of [{ execute: "qmp_capabilities" }, ...commands]) {
    socket.write(`${JSON.stringify(command)}\n`);
    let answer = await next();
    while (answer !== null && "event" in answer) answer = await next();
    answers.push(answer);
  }
  socket.destroy();
  return answers.slice(1);
}

const command = (execute: string, args: object = {}) => ({ execute, arguments: args });

test("QMP reaches the graph, takes nothing away that fleecing needs, and ends it", () =>
  inTemporaryFolder(async (folder) => {
    const { disk, original } = makeDisk(folder);
    const [qmp, target] = [join(folder, "qmp.sock"), join(folder, "target.raw")];
    fs.writeFileSync(target, Buffer.alloc(LENGTH));
    const ended = await Fleeced.using(
      disk,
      folder,
      ["--qmp", qmp],
      async ({ guest, view, child }) => {
        await io(guest, "write -P 9 0 64k");
        const done = await said(
          qmp,
          command("blockdev-add", {
            ...{ driver: "raw", "node-name": "target" },
            file: { driver: "file", filename: target },
          }),
          command("blockdev-backup", {
            ...{ "job-id": "copy", device: "view", target: "target", sync: "full" },
            "auto-dismiss": false,
          }),
          command("block-export-add", { type: "nbd", id: "now", "node-name": "disk", name: "now" }),
          command("block-dirty-bitmap-add", { node: "disk", name: "next" }),
        );
        expect(done).toEqual(done.map(() => ({ return: {} })));
        const now = view.replace("/?", "/now?");
        await outputOf("qemu-io", "-r", "-f", "raw", "-c", "read -P 9 0 64k", now);
        const refused = await said(
          qmp,
          command("block-export-del", { id: "guest" }),
          command("nbd-server-stop"),
          command("nbd-server-start", { addr: { type: "unix", data: { path: "x" } } }),
          command("blockdev-del", { "node-name": "hook" }),
        );
        for (const answer of refused) expect(answer).toHaveProperty("error");
        while (!JSON.stringify(await said(qmp, command("query-jobs"))).includes("concluded")) {
          await new Promise((end) => setTimeout(end, 20));
        }
        await said(qmp, command("quit"));
        while (child.exitCode === null) await new Promise((end) => setTimeout(end, 20));
      },
    );
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(fs.readFileSync(target).equals(original)).toBe(true);
    expect(fs.readFileSync(disk).subarray(0, 65_536).equals(Buffer.alloc(65_536, 9))).toBe(true);
    expect(fs.readdirSync(folder).sort()).toEqual(["disk.raw", "target.raw"]);
  }));
