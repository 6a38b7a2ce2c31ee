/**
 * `nbd-server-start` and `nbd-server-stop`: exports can be added only while a server runs (QEMU
 * blockdev-nbd.c). Stopping it withdraws all exports.
 */

import { z } from "zod";
import { blockExportDel } from "./block-export.ts";
import { defineCommand } from "./command.ts";
import { SERVER, sent } from "./example.ts";
import { refuse } from "./refuse.ts";

export const nbdServerStart = defineCommand({
  name: "nbd-server-start",
  summary: "Starts the server that exports are offered by.",
  schema: z.looseObject({
    addr: z
      .looseObject({ type: z.string().meta({ description: "kind of address: `unix`, `inet`" }) })
      .meta({
        description:
          "where it listens, as QEMU writes addresses; other arguments are taken, and unused",
      }),
  }),
  example: [sent("nbd-server-stop"), SERVER],
  apply(graph) {
    if (graph.nbdServer) throw refuse("NBD server already running");
    return { ...graph, nbdServer: true };
  },
});

export const nbdServerStop = defineCommand({
  name: "nbd-server-stop",
  summary: "Stops the server, and withdraws all exports.",
  schema: z.strictObject({}),
  example: [sent("nbd-server-stop")],
  apply(graph, _args, context) {
    if (!graph.nbdServer) throw refuse("NBD server not running");
    const withdrawn = [...graph.exports.keys()].reduce(
      (rest, id) => blockExportDel.apply(rest, { id }, context),
      graph,
    );
    return { ...withdrawn, nbdServer: false };
  },
});
