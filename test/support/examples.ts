/**
 * Examples of the reference, executed: on a graph, by the rules of a profile, and by a daemon of
 * QEMU.
 */
import { join } from "node:path";
import { expect } from "vitest";
import { DRIVERS } from "../../src/drivers/registry.ts";
import { answerCommand, type QmpCommand } from "../../src/graph/commands.ts";
import { EMPTY_GRAPH, type Graph } from "../../src/graph/graph.ts";
import { type ProfileName, profile } from "../../src/graph/profile.ts";
import { createImage } from "./qemu-tools.ts";
import { StorageDaemon } from "./storage-daemon.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

/** bytes of each image */
const LENGTH = 1_048_576;

/** The graph that an example makes of an empty one; all its commands must be accepted. */
export function graphAfter(example: readonly QmpCommand[], rules: ProfileName): Graph {
  let graph: Graph = EMPTY_GRAPH;
  for (const command of example) {
    const context = { drivers: DRIVERS, profile: profile(rules) };
    const answer = answerCommand(graph, command, context);
    expect(answer.refusal?.message, `${rules}: ${JSON.stringify(command)}`).toBeUndefined();
    graph = answer.graph;
  }
  return graph;
}

/** Sends an example to a daemon of QEMU, which must accept it; the images are there. */
export function onDaemon(example: readonly QmpCommand[]): Promise<void> {
  const names = example.flatMap(({ arguments: given }) => valuesOf(given, "filename"));
  return inTemporaryFolder((folder) => {
    for (const name of new Set(names)) {
      const format = name.endsWith(".qcow2") ? "qcow2" : "raw";
      createImage(join(folder, name), LENGTH, "-f", format);
    }
    return StorageDaemon.using(folder, (daemon) => daemon.commands(example));
  });
}

function valuesOf(value: unknown, key: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === key && typeof inner === "string" ? [inner] : valuesOf(inner, key),
  );
}
