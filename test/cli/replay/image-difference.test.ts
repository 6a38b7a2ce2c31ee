/**
 * An image that a QEMU left otherwise than the simulator is found, whoever reads it or not.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { imageDifference } from "../../../src/cli/replay/image-difference.ts";
import { CLUSTER, io, setUp, start } from "../../support/fleecing-graph.ts";
import { simulateScript } from "../../support/script.ts";
import { scratchFolder } from "../blockgraph.ts";

test("the first byte that is different is named", () => {
  const begin = start("qemu-7.2");
  const { simulation } = simulateScript(begin, [...setUp(), io("guest", "write", 1, 0xaa)]);
  const folder = scratchFolder();
  const disk = Buffer.alloc(4 * CLUSTER, 0x11).fill(0xaa, CLUSTER, 2 * CLUSTER);
  const cache = Buffer.alloc(4 * CLUSTER).fill(0x11, CLUSTER, 2 * CLUSTER);
  const differenceWith = (content: Buffer) => {
    writeFileSync(join(folder, "disk.raw"), disk);
    writeFileSync(join(folder, "cache.raw"), content);
    return imageDifference(folder, begin.images, simulation);
  };
  // A QEMU rounds lengths up to whole sectors.
  expect(differenceWith(Buffer.concat([cache, Buffer.alloc(512)]))).toBeNull();
  cache[CLUSTER + 5] = 0xaa;
  expect(differenceWith(cache)).toBe(
    `at the end, byte ${CLUSTER + 5} of cache.raw is 0x11 in the simulator, and 0xaa in QEMU`,
  );
  expect(differenceWith(cache.subarray(0, CLUSTER))).toContain("and missing in QEMU");
});
