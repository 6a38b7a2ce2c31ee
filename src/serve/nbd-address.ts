/**
 * What `nbd-server-start` is told: where an NBD server listens (QAPI `SocketAddressLegacy`: the
 * parts of an address stand in `data`), to whom, and how many clients it takes.
 *
 * Limits: there are no authorization objects, so `tls-authz` is refused: whoever has credentials
 * may connect.
 */
import { z } from "zod";
import { uint32 } from "../graph/qapi-integer.ts";
import { parseArguments, refuse } from "../graph/refuse.ts";

const MS_PER_SECOND = 1000;

/** A place to listen. */
export type NbdAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "inet"; readonly host: string; readonly port: number };

/** What a server lets its clients have. */
export interface ClientLimits {
  /** clients at once; who comes beyond is hung up on */
  readonly maxConnections: number;
  /** ms in which a client is to have chosen an export */
  readonly handshakePatience: number;
}

/** As QEMU has them where nobody says anything. */
export const USUAL_LIMITS: ClientLimits = { maxConnections: 100, handshakePatience: 10_000 };

/** Arguments of `nbd-server-start`, for who has them as text. */
export const nbdServerArguments = z.strictObject({
  "max-connections": uint32.optional(),
  "handshake-max-seconds": uint32.optional(),
  "tls-creds": z.string().optional(),
  "tls-authz": z
    .string()
    .refine(() => false, "Parameter 'tls-authz' is not supported: who has credentials may connect")
    .optional(),
  addr: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("unix"), data: z.strictObject({ path: z.string() }) }),
    z.strictObject({
      type: z.literal("inet"),
      data: z.strictObject({
        host: z.string(),
        port: z.string().regex(/^\d{1,5}$/, "a number, as text"),
      }),
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

/** 0 is no limit. @throws BlockgraphError `graph-refused` */
export function limitsOf(given: unknown): ClientLimits {
  const parsed = parseArguments(nbdServerArguments, given);
  const { maxConnections, handshakePatience } = USUAL_LIMITS;
  const connections = parsed["max-connections"] ?? maxConnections;
  const seconds = parsed["handshake-max-seconds"] ?? handshakePatience / MS_PER_SECOND;
  return {
    maxConnections: connections || Number.POSITIVE_INFINITY,
    handshakePatience: (seconds || Number.POSITIVE_INFINITY) * MS_PER_SECOND,
  };
}
