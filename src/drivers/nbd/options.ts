/**
 * Options of an `nbd` node (QAPI `BlockdevOptionsNbd`).
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { uint32 } from "../../graph/qapi-integer.ts";

const server = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("unix"), path: z.string() }),
  z.strictObject({ type: z.literal("inet"), host: z.string(), port: z.string() }),
]);

export const nbdOptions = commonOptions.extend({
  server: server.meta({ description: "where the server listens: a unix socket, or host and port" }),
  export: z.string().optional().meta({
    description: "name of the export; default: the one without a name",
  }),
  "tls-creds": z.string().optional().meta({
    description: "id of the credentials for TLS; default: in the clear",
  }),
  "tls-hostname": z.string().optional().meta({
    description: "name that the server's certificate has to be for; default: the host",
  }),
  "x-dirty-bitmap": z.string().optional().meta({
    description: "a metadata context whose bit 0 is shown as holes instead of those of the export",
  }),
  "reconnect-delay": uint32.default(0).meta({
    description: "seconds that requests wait for a lost server to come back; 0: they fail",
  }),
  "open-timeout": uint32.default(0).meta({
    description: "seconds in which it is tried again to reach the server; 0: once",
  }),
});
export type NbdOptions = z.infer<typeof nbdOptions>;

/** Why it is refused to open a node with a bitmap. */
export const NO_DIRTY_BITMAP =
  "x-dirty-bitmap is not shown: to a node all is data or zeros; ask the server for the bitmap";
