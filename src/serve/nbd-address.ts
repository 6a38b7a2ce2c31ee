/**
 * Where an NBD server listens: an address as `nbd-server-start` takes it (QAPI
 * `SocketAddressLegacy`: the parts of an address stand in `data`).
 */
import { z } from "zod";
import { parseArguments, refuse } from "../graph/refuse.ts";

/** A place to listen. */
export type NbdAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "inet"; readonly host: string; readonly port: number };

const schema = z.looseObject({
  addr: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("unix"), data: z.strictObject({ path: z.string() }) }),
    z.strictObject({
      type: z.literal("inet"),
      data: z.strictObject({ host: z.string(), port: z.string().regex(/^\d{1,5}$/) }),
    }),
  ]),
});

/** @throws BlockgraphError `graph-refused` */
export function addressOf(given: unknown): NbdAddress {
  const { addr } = parseArguments(schema, given);
  if (addr.type === "unix") return { kind: "unix", path: addr.data.path };
  const port = Number(addr.data.port);
  if (port > 65_535) throw refuse(`port '${addr.data.port}' is no port number`);
  return { kind: "inet", host: addr.data.host, port };
}
