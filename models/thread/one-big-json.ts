/**
 * "Create all the nodes with all links in one big json": the thread's first way around problem 3.
 *
 * One `blockdev-add` defines disk, cache, hook and all links between them; the guest begins on the
 * hook. What was defined further up in the JSON can be named further down.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import {
  close,
  guestOn,
  guestWrites,
  holdsInQemu,
  imagesOf,
  overlay,
  readerLeaves,
  readerOn,
  readerReads,
} from "./parts.ts";

export const oneBigJson: Model = {
  ...holdsInQemu,
  name: "one-big-json",
  title: "All nodes and links of a fleecing graph in one command",
  idea:
    "Hook, disk and cache are defined inside one another, the cache with the disk as its backing " +
    "file. Nothing is inserted, so no link can be damaged; but the guest has to begin on the hook.",
  images: imagesOf("cache.qcow2"),
  phases: [
    {
      kind: "commands",
      commands: [
        qmp("blockdev-add", {
          driver: "copy-before-write",
          "node-name": "hook",
          file: {
            driver: "raw",
            "node-name": "disk",
            file: { driver: "file", filename: "disk.raw" },
          },
          target: overlay("cache", "disk"),
        }),
        guestOn("hook"),
        readerOn("cache"),
      ],
    },
    { kind: "concurrent", actors: [guestWrites(), readerReads] },
    {
      kind: "commands",
      commands: [readerLeaves, qmp("device_del", { id: "guest" }), close("hook")],
    },
  ],
};
