/**
 * The files of overlays that `blockdev-snapshot-sync` puts above nodes, by itself or in a
 * transaction: they are made before the graph hears of the command, which must find them.
 *
 * A command that the graph would refuse makes none. One that fails later, as a transaction may,
 * leaves its files behind, as QEMU does.
 */

import fs from "node:fs";
import { DRIVERS } from "../drivers/registry.ts";
import { fileBelow, snapshotSchema } from "../graph/blockdev-snapshot-sync.ts";
import { answerCommand, type QmpCommand } from "../graph/commands.ts";
import { type Graph, isJsonObject, type JsonValue } from "../graph/graph.ts";
import { type ImageFact, type ImageFacts, QCOW2_CLUSTER } from "../graph/image-facts.ts";
import type { Profile } from "../graph/profile.ts";
import { isRefusal } from "../graph/refuse.ts";
import { newQcow2 } from "../storage/qcow2/new-image.ts";
import { makeFile } from "./make-file.ts";

const NAME = "blockdev-snapshot-sync";

interface Snapshot {
  readonly node: string;
  readonly file: string;
  readonly exists: boolean;
}

/** The arguments of those of a command. */
function argumentsIn({ execute, arguments: args }: QmpCommand): (JsonValue | undefined)[] {
  if (execute === NAME) return [args];
  const { actions } = args;
  if (execute !== "transaction" || !Array.isArray(actions)) return [];
  return actions.flatMap((action: JsonValue) =>
    isJsonObject(action) && action.type === NAME ? [action.data] : [],
  );
}

/** What is malformed is left for the graph to refuse. */
function snapshotOf(args: JsonValue | undefined): Snapshot[] {
  const { success, data } = snapshotSchema.safeParse(args);
  if (!success) return [];
  const { "node-name": node = "", "snapshot-file": file, mode } = data;
  return [{ node, file, exists: mode === "existing" }];
}

/**
 * Makes the files of a command, if the graph will accept it once they are there.
 * @param facts what is known of images
 * @returns null: they are there; else why the command is refused, in QEMU's words
 */
export function makeSnapshots(
  command: QmpCommand,
  graph: Graph,
  facts: ImageFacts,
  profile: Profile,
): string | null {
  const all = argumentsIn(command);
  if (all.length === 0) return null;
  const snapshots = all.flatMap(snapshotOf);
  const assumed = snapshots.map(({ node, file }) => [file, factOf(graph, node)] as const);
  const images = new Map([...facts, ...assumed]);
  const context = { drivers: DRIVERS, profile, images, jobsArePlayed: true };
  const { refusal } = answerCommand(graph, command, context);
  if (refusal !== null) return refusal.message;
  try {
    for (const snapshot of snapshots) if (!snapshot.exists) make(graph, snapshot);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.message;
  }
  return null;
}

/** What will be known of an overlay. */
function factOf(graph: Graph, node: string): ImageFact {
  const size = graph.nodes.get(node)?.length ?? 0;
  return { length: 0, header: { size, clusterSize: QCOW2_CLUSTER, backing: null } };
}

function make(graph: Graph, { node: name, file }: Snapshot): void {
  const node = graph.nodes.get(name);
  const behind = fileBelow(graph, name);
  const backing =
    behind === null ? {} : { backing: { file: behind, format: node?.driver ?? null } };
  const bytes = newQcow2(file, { size: node?.length ?? 0, ...backing });
  makeFile({ driver: "file", filename: file, size: 0, preallocation: "off" });
  fs.writeFileSync(file, bytes);
}
