/**
 * What was allocated before it is written is a hole of the file, and reads as zeros: a copy need
 * not read it. What is said of that is what qemu-nbd says, but for the flag of a hole: qemu-nbd
 * tells one that the image has for its own from one that it has not.
 */
import { join } from "node:path";
import { expect } from "vitest";
import { outputOf } from "../nbd/serving.ts";
import { Fleeced } from "../support/fleeced.ts";
import { runTool } from "../support/qemu-tools.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const ZERO = 2;
const { test } = needsTool("qemu-img", "qemu-io", "qemu-nbd", "nbdinfo");

interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly type: number;
}

/** Where there are zeros, and where data: neighbours of one kind are one. */
function zerosOf(map: string): { readonly end: number; readonly zero: boolean }[] {
  const kinds: { end: number; zero: boolean }[] = [];
  for (const { offset, length, type } of JSON.parse(map) as Extent[]) {
    const zero = (type & ZERO) !== 0;
    const last = kinds.at(-1);
    if (last?.zero === zero) last.end = offset + length;
    else kinds.push({ end: offset + length, zero });
  }
  return kinds;
}

test("zeros that were allocated are told, on both exports, before and after a write", () =>
  inTemporaryFolder(async (folder) => {
    for (const options of ["preallocation=metadata", "preallocation=metadata,cluster_size=2M"]) {
      const image = join(folder, "disk.qcow2");
      runTool("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, image, "32M");
      runTool("qemu-io", "-f", "qcow2", "-c", "write -P 1 4M 2M", "-c", "write -z 8M 2M", image);
      const server = ["[", "qemu-nbd", "-r", "-f", "qcow2", image, "]"];
      const theirs = () => zerosOf(runTool("nbdinfo", "--json", "--map", "--", ...server));
      const before = theirs();
      expect(before.length).toBeGreaterThan(2);
      await Fleeced.using(image, folder, [], async ({ guest, view }) => {
        const ours = async (uri: string) =>
          zerosOf(await outputOf("nbdinfo", "--json", "--map", uri));
        expect(await ours(guest)).toEqual(before);
        expect(await ours(view)).toEqual(before);
        await outputOf("qemu-io", "-f", "raw", "-c", "write -P 2 20M 2M", guest);
        expect(await ours(view)).toEqual(before);
      });
      const written = theirs();
      expect(written.length).toBe(before.length + 2);
      await Fleeced.using(image, folder, [], async ({ guest }) => {
        expect(zerosOf(await outputOf("nbdinfo", "--json", "--map", guest))).toEqual(written);
      });
    }
  }));
