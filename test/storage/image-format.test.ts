/**
 * What images of other formats begin with, as qemu-img makes them: none of them is taken for raw.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatIn, formatOf } from "../../src/storage/image-format.ts";
import { runTool } from "../support/qemu-tools.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const MADE = [
  ["qcow2", "qcow2"],
  ["qcow", "qcow2"],
  ["qed", "QED"],
  ["vmdk", "VMDK"],
  ["vmdk -o subformat=twoGbMaxExtentFlat", "VMDK"],
  ["vdi", "VDI"],
  ["vpc", "VPC"],
  ["vhdx", "VHDX"],
  ["parallels", "Parallels"],
  ["raw", null],
] as const;

needsTool("qemu-img").test("is told from raw, whatever qemu-img makes", () =>
  inTemporaryFolder(async (folder) => {
    for (const [index, [options, format]] of MADE.entries()) {
      const path = join(folder, `image${index}`);
      runTool("qemu-img", "create", "-q", "-f", ...options.split(" "), path, "16M");
      expect([options, formatOf(path)]).toEqual([options, format]);
    }
  }),
);

test("a short file is raw", () => {
  for (let length = 0; length < 70; length++) expect(formatIn(Buffer.alloc(length))).toBeNull();
});
