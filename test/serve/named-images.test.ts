/**
 * The images that a command names, as far as how they are opened depends on more than their names.
 */
import { expect, test } from "vitest";
import { imagesNamedIn } from "../../src/serve/named-images.ts";
import { built } from "../support/graph.ts";

const qcow2 = (discard: string | undefined, file: unknown) => ({
  driver: "qcow2",
  "node-name": "disk",
  ...(discard !== undefined && { discard }),
  file,
});

test.each([
  ["unmap", "unmap", true],
  ["unmap", "ignore", false],
  ["unmap", undefined, false],
  [undefined, "unmap", false],
])("an image gives space back if its node (%s) and its file (%s) let it", (node, file, unmap) => {
  const below = { driver: "file", filename: "a.qcow2", ...(file && { discard: file }) };
  const graph = built(["blockdev-add", { ...below, "node-name": "file" }]);
  for (const given of [qcow2(node, below), qcow2(node, "file")]) {
    const [image] = imagesNamedIn(JSON.parse(JSON.stringify(given)), graph);
    expect(image).toMatchObject({ filename: "a.qcow2", format: "qcow2", unmap });
  }
});
