/**
 * Where an NBD server listens: an address as `nbd-server-start` takes it (QAPI
 * `SocketAddressLegacy`: the parts of an address stand in `data`).
 */
import { z } from "zod";
import { uint32 } from "../graph/qapi-integer.ts";
import { parseArguments, refuse } from "../graph/refuse.ts";

/** As QEMU's default of `max-connections`. */
export const CONNECTIONS = 100;

/** A place to listen. */
export type NbdAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "inet"; readonly host: string; readonly port: number };

/** Arguments of `nbd-server-start`, for who has them as text; others look at the rest. */
export const nbdServerArguments = z.looseObject({
  "max-connections": uint32.default(CONNECTIONS),
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
  const { addr } = parseArguments(nbdServerArguments, given);
  if (addr.type === "unix") return { kind: "unix", path: addr.data.path };
  const port = Number(addr.data.port);
  if (port > 65_535) throw refuse(`port '${addr.data.port}' is no port number`);
  return { kind: "inet", host: addr.data.host, port };
}

/** How many clients there may be at once. @throws BlockgraphError `graph-refused` */
export function connectionsOf(given: unknown): number {
  const count = parseArguments(nbdServerArguments, given)["max-connections"];
  return count === 0 ? Number.POSITIVE_INFINITY : count;
}
