/**
 * `fleecing-hook`: the filter that the thread of 2018 proposed, as it was posted.
 *
 * It stands over the active disk, its `backing`, and saves what a guest is about to overwrite to
 * the cache, its `file`, whose backing file is the disk again. Readers read the cache.
 *
 * As any filter it hands on to its children what its parents require and share. A guest shares
 * writing with nobody; so nobody else may write the cache, nor therefore the disk behind it, which
 * the guest itself writes through the hook: "because of permissions I can't do so". It became
 * `copy-before-write`, which lets others write its target.
 *
 * It can put itself above a disk in use when it is opened: that is the insertion that damages links
 * (problem 3 of the thread).
 *
 * Source: the thread and section 7 of the reference, rows 1 to 6; names of its children as in the
 * pictures of the thread. The thread does not name the option `append-to`; later posts do.
 */
import { z } from "zod";
import { forwardChart } from "../../chart/forward.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { defineDriver } from "../driver.ts";
import { clusterChart, copyTaskChart, guestChart } from "./charts.ts";
import { manual } from "./manual.ts";

export const fleecingHook = defineDriver({
  name: "fleecing-hook",
  summary: "saves old data to its cache before a guest overwrites it (as posted in 2018)",
  manual,
  options: commonOptions.extend({
    "append-to": z
      .string()
      .optional()
      .meta({ description: "a node that it puts itself above, under all who use that" }),
  }),
  children: [
    { name: "file", roles: ["data"] },
    { name: "backing", roles: ["filtered", "primary"], optional: true },
  ],
  permissions: ({ demands }) => demands,
  filter: true,
  appends: { option: "append-to", child: "backing" },
  savesTo: "file",
  reopens: null,
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => ({
    cluster: clusterChart(),
    node: null,
    requests: {
      read: forwardChart("fleecing-hook/read", "backing", "read"),
      write: guestChart("write"),
      "write-unchanged": forwardChart(
        "fleecing-hook/write-unchanged",
        "backing",
        "write-unchanged",
      ),
      "write-zeroes": guestChart("write-zeroes"),
      discard: guestChart("discard"),
      flush: forwardChart("fleecing-hook/flush", "backing", "flush"),
      "block-status": forwardChart("fleecing-hook/block-status", "backing", "block-status"),
    },
    tasks: { copy: copyTaskChart() },
  }),
});
