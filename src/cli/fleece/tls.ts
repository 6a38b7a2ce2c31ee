/**
 * TLS credentials of `blockgraph fleece`, given as QEMU's tools are: `--object` makes them, and
 * `--tls-creds` names those that clients need.
 */
import { BlockgraphError } from "../../error.ts";
import { isJsonObject } from "../../graph/graph.ts";
import { TlsObjects } from "../../serve/tls-objects.ts";
import { commandOf } from "../daemon/daemon-step.ts";

/** @throws BlockgraphError `bad-argument`, `graph-refused` */
export function tlsObjectsOf(definitions: readonly string[]): TlsObjects {
  const objects = new TlsObjects();
  for (const value of definitions) {
    const { arguments: args } = commandOf({ option: "object", value });
    if (!isJsonObject(args) || !TlsObjects.concerns(args)) {
      throw new BlockgraphError(
        "bad-argument",
        `--object ${value}: only tls-creds-x509 and tls-creds-psk are of use here`,
      );
    }
    objects.add(args);
  }
  return objects;
}
