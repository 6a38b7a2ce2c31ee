/**
 * `nbd-server-start` and `nbd-server-stop`: exports can be added only while a server runs (QEMU
 * blockdev-nbd.c). Stopping it withdraws all exports.
 */

import { z } from "zod";
import { blockExportDel } from "./block-export.ts";
import { defineCommand } from "./command.ts";
import { SERVER, sent } from "./example.ts";
import { uint32 } from "./qapi-integer.ts";
import { refuse } from "./refuse.ts";

export const nbdServerStart = defineCommand({
  name: "nbd-server-start",
  summary: "Starts the server that exports are offered by.",
  schema: z.strictObject({
    addr: z
      .looseObject({ type: z.string().meta({ description: "kind of address: `unix`, `inet`" }) })
      .meta({ description: "where it listens, as QEMU writes addresses" }),
    "tls-creds": z.string().optional().meta({ description: "credentials that clients need" }),
    "tls-authz": z.string().optional().meta({ description: "who may connect; not in a daemon" }),
    "max-connections": uint32.optional().meta({ description: "clients at once; 0: any number" }),
    "handshake-max-seconds": uint32.optional().meta({
      description: "seconds in which a client is to choose an export, since QEMU 10; 0: any number",
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
