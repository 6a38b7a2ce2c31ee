/**
 * What a disk is taken for: no guest decides that, and no image is read as what it is not.
 */
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { blockgraph, expectRefusal } from "../cli/blockgraph.ts";
import { runTool } from "../support/qemu-tools.ts";
import { DAEMONS, QmpTalk } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const MIB = 1024 * 1024;
const { test } = needsTool("qemu-img", "qemu-io", "qemu-storage-daemon");

test("a guest cannot turn its raw disk into an image that shows a file of the host", () =>
  inTemporaryFolder(async (folder) => {
    const [disk, secret, header] = ["disk.raw", "secret.txt", "header.qcow2"].map((name) =>
      join(folder, name),
    );
    if (disk === undefined || secret === undefined || header === undefined) return;
    fs.writeFileSync(secret, Buffer.alloc(MIB, "secret"));
    fs.writeFileSync(disk, Buffer.alloc(MIB, 1));
    runTool("qemu-img", "create", "-q", "-f", "qcow2", "-b", secret, "-F", "raw", header);
    const writes = (...commands: readonly string[]) =>
      `qemu-io -f raw ${commands.map((each) => `-c '${each}'`).join(" ")} "$guest" 2>&1; true`;
    // All of a header; and one in pieces.
    const whole = writes(`write -s ${header} 0 64k`, "write -P 2 4k 4k");
    const asked = await blockgraph(["fleece", disk, "--run", whole]);
    expect(asked.stdout).toContain("write failed: Operation not permitted");
    expect(asked.stdout).toContain("wrote 4096/4096 bytes at offset 4096");
    expect(asked.stderr).toContain("--format raw");
    await blockgraph(["fleece", disk, "--run", writes("write -P 0x51 0 1", "write -P 0x46 1 1")]);
    const rest = writes("write -P 0x49 2 1", "write -P 0xfb 3 1");
    expect((await blockgraph(["fleece", disk, "--run", rest])).stdout).toContain("not permitted");
    expect(runTool("qemu-img", "info", disk)).toContain("file format: raw");
    // Whoever says that it is raw may write anything, and it stays raw.
    const free = await blockgraph(["fleece", disk, "--format", "raw", "--run", whole]);
    expect(free).toMatchObject({ code: 0, stderr: "" });
    expect(free.stdout).toContain("wrote 65536/65536 bytes at offset 0");
    const reads = `qemu-io -r -f raw -c 'read -v 0 4' "$view"`;
    const again = await blockgraph(["fleece", disk, "--format", "raw", "--run", reads]);
    expect(again.stdout).toContain("51 46 49 fb");
  }));

test("what lies behind an image in a format that there is not is refused, not read as raw", () =>
  inTemporaryFolder(async (folder) => {
    for (const format of ["vmdk", "vdi"]) {
      const [base, top] = [join(folder, `base.${format}`), join(folder, "top.qcow2")];
      runTool("qemu-img", "create", "-q", "-f", format, base, "4M");
      runTool("qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", format, top);
      const refused = await blockgraph(["fleece", top, "--run", "true"]);
      expectRefusal(refused, new RegExp(`Unknown driver '${format}'`));
      expectRefusal(await blockgraph(["fleece", base, "--run", "true"]), /only raw and qcow2/);
      await QmpTalk.using(DAEMONS.ours("qemu-7.2"), folder, async (talk) => {
        const file = { driver: "file", filename: "top.qcow2" };
        const added = await talk.say("blockdev-add", { driver: "qcow2", "node-name": "t", file });
        expect(added.error?.desc).toBe(`Could not open backing file: Unknown driver '${format}'`);
        const alone = { driver: "qcow2", "node-name": "t", file, backing: null };
        expect((await talk.say("blockdev-add", alone)).error).toBeUndefined();
      });
    }
  }));

test("an overlay of a filter names a format that QEMU can read", () =>
  inTemporaryFolder(async (folder) => {
    fs.writeFileSync(join(folder, "disk.raw"), Buffer.alloc(MIB, 1));
    await QmpTalk.using(DAEMONS.ours("qemu-7.2"), folder, async (talk) => {
      const file = { driver: "file", filename: "disk.raw" };
      await talk.say("blockdev-add", { driver: "raw", "node-name": "d", file });
      await talk.say("blockdev-add", { driver: "null-co", "node-name": "n", size: MIB });
      const hook = { driver: "copy-before-write", "node-name": "hook", file: "d", target: "n" };
      await talk.say("blockdev-add", hook);
      const snapshot = { "node-name": "hook", "snapshot-file": join(folder, "over.qcow2") };
      const { error } = await talk.say("blockdev-snapshot-sync", {
        ...{ ...snapshot, "snapshot-node-name": "over", format: "qcow2" },
      });
      expect(error).toBeUndefined();
    });
    const told = runTool("qemu-img", "info", join(folder, "over.qcow2"));
    expect(told).toContain("backing file format: copy-before-wri");
  }));

test("a guest that was led to another image is told where its data is", () =>
  inTemporaryFolder(async (folder) => {
    const disk = join(folder, "disk.raw");
    fs.writeFileSync(disk, Buffer.alloc(MIB, 1));
    const over = join(folder, "over.qcow2");
    const snapshot = {
      ...{ "node-name": "hook", "snapshot-file": over, "snapshot-node-name": "over" },
      format: "qcow2",
    };
    const says = [
      { execute: "qmp_capabilities" },
      { execute: "blockdev-snapshot-sync", arguments: snapshot },
    ].map((command) => JSON.stringify(command));
    const script = join(folder, "talk.mjs");
    fs.writeFileSync(
      script,
      `import net from "node:net";
       const socket = net.connect("q.sock");
       let said = "";
       socket.on("data", (text) => {
         said += text;
         const left = ${JSON.stringify(says)};
         const answers = said.split("\\n").filter((line) => /"(QMP|return|error)"/.test(line));
         if (answers.length > left.length) socket.end();
         else socket.write(left[answers.length - 1] + "\\n");
       });`,
    );
    const run = `${process.execPath} talk.mjs; qemu-io -f raw -c 'write -P 7 0 64k' "$guest"`;
    const args = ["fleece", disk, "--qmp", "q.sock", "--run", run];
    const { stderr, code } = await blockgraph(args, { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toContain(`is in ${over}, and not in ${disk}`);
  }));
