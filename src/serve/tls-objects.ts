/**
 * TLS credentials of a daemon: objects that `object-add` makes and `nbd-server-start` names (QAPI
 * `TlsCredsX509Properties`, `TlsCredsPskProperties`). Of a server only.
 */
import { z } from "zod";
import { BlockgraphError } from "../error.ts";
import type { JsonObject } from "../graph/graph.ts";
import { parseArguments, refuse } from "../graph/refuse.ts";
import type { StartTls } from "../nbd/connection.ts";
import { certificateTls, sharedKeyTls } from "../nbd/tls-credentials.ts";

const common = {
  id: z.string(),
  dir: z.string(),
  endpoint: z.literal("server"),
};
const schema = z.discriminatedUnion("qom-type", [
  z.strictObject({
    "qom-type": z.literal("tls-creds-x509"),
    ...common,
    "verify-peer": z.boolean().default(true),
  }),
  z.strictObject({ "qom-type": z.literal("tls-creds-psk"), ...common }),
]);

/** The schemas by type, for who has the options as text. */
export const tlsObjectOptions = schema;

export class TlsObjects {
  readonly #objects = new Map<string, StartTls>();

  /** Whether `object-add` is about one of these. */
  static concerns(args: JsonObject): boolean {
    return String(args["qom-type"]).startsWith("tls-creds-");
  }

  /** @throws BlockgraphError `graph-refused` */
  add(args: JsonObject): void {
    const given = parseArguments(schema, args);
    if (this.#objects.has(given.id)) {
      throw refuse(`attempt to add duplicate property '${given.id}' to object (type 'container')`);
    }
    try {
      const tls =
        given["qom-type"] === "tls-creds-x509"
          ? certificateTls(given.dir, given["verify-peer"])
          : sharedKeyTls(given.dir);
      this.#objects.set(given.id, tls);
    } catch (error) {
      if (error instanceof BlockgraphError) throw refuse(error.message);
      throw error;
    }
  }

  /** @returns whether there was one of that name */
  remove(id: string): boolean {
    return this.#objects.delete(id);
  }

  /** Those that a server was told to use; null: none. @throws BlockgraphError `graph-refused` */
  of(args: JsonObject): StartTls | null {
    const id = args["tls-creds"];
    if (id === undefined) return null;
    const found = this.#objects.get(String(id));
    if (found !== undefined) return found;
    throw refuse(`No TLS credentials with id '${String(id)}'`);
  }
}
