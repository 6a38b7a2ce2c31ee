/**
 * What an option of `blockgraph daemon` asks for, checked: a QMP command, or a place for one.
 */
import type { z } from "zod";
import { DRIVERS } from "../../drivers/registry.ts";
import { BlockgraphError } from "../../error.ts";
import { blockExportAdd } from "../../graph/block-export.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../graph/graph.ts";
import { objectAdd } from "../../graph/throttle-group.ts";
import { IoThreads, ioThreadOptions, servedBy } from "../../serve/io-threads.ts";
import { parseKeyValues, typedBy } from "../../serve/key-values.ts";
import { nbdServerArguments } from "../../serve/nbd-address.ts";
import { tlsObjectOptions } from "../../serve/tls-objects.ts";

export type StepOption = "blockdev" | "chardev" | "monitor" | "nbd-server" | "export" | "object";

/** An option that does something, in its place. */
export interface DaemonStep {
  readonly option: StepOption;
  readonly value: string;
}

/** A character device: where a monitor may be. */
export type Chardev =
  | { readonly kind: "stdio" }
  | { readonly kind: "socket"; readonly path: string };

/** The QMP command of an option that is one. @throws BlockgraphError `bad-argument` */
export function commandOf({ option, value }: DaemonStep): JsonObject {
  switch (option) {
    case "blockdev":
      return command("blockdev-add", typedNode(parseKeyValues("--blockdev", value, "driver")));
    case "export": {
      const given = parseKeyValues("--export", value, "type");
      // How it is served is told with what it offers.
      const typed = typedBy(servedBy, typedBy(blockExportAdd.schema, given));
      return command("block-export-add", typed);
    }
    case "object": {
      const given = parseKeyValues("--object", value, "qom-type");
      return command("object-add", typedBy(schemaOf(given), given));
    }
    default:
      return command(
        "nbd-server-start",
        typedBy(nbdServerArguments, legacyAddress(parseKeyValues("--nbd-server", value))),
      );
  }
}

/** TLS credentials and threads are made by the same command as objects of the graph. */
function schemaOf(given: JsonObject): z.ZodType {
  if (IoThreads.concerns(given)) return ioThreadOptions;
  const known = tlsObjectOptions.options.find(
    ({ shape }) => shape["qom-type"].value === given["qom-type"],
  );
  return known ?? objectAdd.schema;
}

function command(execute: string, args: JsonValue): JsonObject {
  return { execute, arguments: args };
}

/** Options of a node, and of those that it defines inline, as their drivers want them. */
function typedNode(given: JsonObject): JsonObject {
  const driver = DRIVERS.get(String(given.driver));
  if (driver === undefined) return given;
  const typed = typedBy(driver.options, given);
  if (!isJsonObject(typed)) return given;
  const children = driver.children.flatMap(({ name }) => {
    const child = typed[name];
    return isJsonObject(child) ? [[name, typedNode(child)] as const] : [];
  });
  return { ...typed, ...Object.fromEntries(children) };
}

/** QMP puts the parts of an address into `data`, the command line does not. */
function legacyAddress({ addr, ...rest }: JsonObject): JsonObject {
  if (!isJsonObject(addr)) return { ...rest, ...(addr !== undefined && { addr }) };
  const { type, ...data } = addr;
  return { ...rest, addr: { ...(type !== undefined && { type }), data } };
}

/** @throws BlockgraphError `bad-argument` for what cannot carry a monitor */
export function chardevOf(value: string): { readonly id: string; readonly device: Chardev } {
  const { backend, id, path, server, wait, ...rest } = parseKeyValues(
    "--chardev",
    value,
    "backend",
  );
  const [unknown] = Object.keys(rest);
  const wrong = (problem: string) =>
    new BlockgraphError("bad-argument", `--chardev ${value}: ${problem}`);
  if (typeof id !== "string") throw wrong("it needs an id, such as id=qmp");
  if (unknown !== undefined) throw wrong(`'${unknown}' is not supported; leave it out`);
  if (backend === "stdio") return { id, device: { kind: "stdio" } };
  if (backend !== "socket") throw wrong("only socket and stdio are supported");
  if (typeof path !== "string") throw wrong("only unix sockets are supported; give path=SOCKET");
  if (server !== "on" || (wait !== undefined && wait !== "off")) {
    throw wrong("only a server that does not wait is supported; give server=on,wait=off");
  }
  return { id, device: { kind: "socket", path } };
}

/** The id of the chardev that a monitor is on. */
export function monitorOf(value: string): string {
  const { chardev, mode } = parseKeyValues("--monitor", value, "chardev");
  if (typeof chardev === "string" && (mode === undefined || mode === "control")) return chardev;
  throw new BlockgraphError(
    "bad-argument",
    `--monitor ${value}: only QMP is supported; give chardev=ID, and no mode but control`,
  );
}
