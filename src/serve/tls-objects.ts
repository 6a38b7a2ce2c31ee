/**
 * TLS credentials of a daemon: objects that `object-add` makes, and that `nbd-server-start` and
 * `nbd` nodes name (QAPI `TlsCredsX509Properties`, `TlsCredsPskProperties`).
 */
import { z } from "zod";
import { BlockgraphError } from "../error.ts";
import type { JsonObject } from "../graph/graph.ts";
import { parseArguments, refuse } from "../graph/refuse.ts";
import { requireNewObject } from "../graph/throttle-group.ts";
import {
  type ClientCredentials,
  type ClientTls,
  certificateClient,
  sharedKeyClient,
} from "../nbd/client-tls.ts";
import type { StartTls } from "../nbd/connection.ts";
import { certificateTls, sharedKeyTls } from "../nbd/tls-credentials.ts";

const common = {
  id: z.string(),
  dir: z.string(),
  endpoint: z.enum(["client", "server"]).default("client"),
};
const schema = z.discriminatedUnion("qom-type", [
  z.strictObject({
    "qom-type": z.literal("tls-creds-x509"),
    ...common,
    "verify-peer": z.boolean().default(true),
  }),
  z.strictObject({
    "qom-type": z.literal("tls-creds-psk"),
    ...common,
    username: z.string().optional(),
  }),
]);

/** The schemas by type, for who has the options as text. */
export const tlsObjectOptions = schema;

type Credentials =
  | { readonly endpoint: "server"; readonly start: StartTls }
  | { readonly endpoint: "client"; readonly prepare: ClientCredentials };

export class TlsObjects {
  readonly #objects = new Map<string, Credentials>();

  /** Whether `object-add` is about one of these. */
  static concerns(args: JsonObject): boolean {
    return String(args["qom-type"]).startsWith("tls-creds-");
  }

  /** @throws BlockgraphError `graph-refused` */
  add(args: JsonObject): void {
    const given = parseArguments(schema, args);
    requireNewObject(given.id, this.#objects);
    try {
      this.#objects.set(given.id, credentialsOf(given));
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
    const found = this.#find(String(id));
    if (found.endpoint === "server") return found.start;
    throw refuse("Expected TLS credentials for a server endpoint");
  }

  /**
   * Those that a client was told to use.
   * @param hostname name of the server; null: it is reached by a path
   * @throws BlockgraphError `graph-refused`
   */
  ofClient(id: string, hostname: string | null): ClientTls {
    const found = this.#find(id);
    if (found.endpoint === "client") return found.prepare(hostname);
    throw refuse("Expected TLS credentials for a client endpoint");
  }

  #find(id: string): Credentials {
    const found = this.#objects.get(id);
    if (found !== undefined) return found;
    throw refuse(`No TLS credentials with id '${id}'`);
  }
}

/** @throws BlockgraphError `bad-argument` if the files will not do */
function credentialsOf(given: z.infer<typeof schema>): Credentials {
  const { dir, endpoint } = given;
  if (given["qom-type"] === "tls-creds-x509") {
    const verifies = given["verify-peer"];
    return endpoint === "server"
      ? { endpoint, start: certificateTls(dir, verifies) }
      : { endpoint, prepare: certificateClient(dir, verifies) };
  }
  return endpoint === "server"
    ? { endpoint, start: sharedKeyTls(dir) }
    : { endpoint, prepare: sharedKeyClient(dir, given.username) };
}
