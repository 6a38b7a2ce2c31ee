/**
 * What images say of their backing files, kept true: when a commit or a stream has made a chain
 * shorter, the image above says what it has behind it now (QEMU block.c, `bdrv_drop_intermediate`;
 * block/stream.c, `stream_prepare`), and `change-backing-file` says it for the user.
 *
 * Limits: an image of another format than qcow2 says nothing, and a base that is more than a format
 * above a file has no name that could be said: then the image is left as it is.
 */
import { DRIVERS } from "../drivers/registry.ts";
import { Chains } from "../graph/chain.ts";
import { type BlockJob, childEdges, type Graph } from "../graph/graph.ts";
import { mirrors } from "../graph/job.ts";
import type { BackingFile } from "../storage/qcow2/change-backing.ts";
import { fileOf } from "./named-images.ts";

/** What an image is to say. */
export interface BackingChange {
  /** the image, as its node calls it */
  readonly filename: string;
  /** null: it has none behind it */
  readonly backing: BackingFile | null;
}

/**
 * What a job that is through changes, once it has taken effect; null: nothing.
 * @param graph before that
 * @param told what the user wants the image to say, instead of the base's own name
 */
export function changeOfJob(
  graph: Graph,
  job: BlockJob,
  told: string | null,
): BackingChange | null {
  const chains = new Chains(graph, DRIVERS);
  const held = childEdges(graph, { kind: "job", name: job.id });
  const heldAs = (name: string) => held.find((edge) => edge.name === name)?.child;
  if (job.type === "commit" && !mirrors(graph, job)) {
    const [disk, base] = [heldAs("main node"), heldAs("base")];
    if (disk === undefined || base === undefined) return null;
    const overlay = chains.overlayOf(disk, chains.skipFilters(job.filter));
    return overlay === undefined ? null : changeTo(graph, overlay, chains.skipFilters(base), told);
  }
  if (job.type !== "stream") return null;
  const top = heldAs("active node") ?? "";
  const last = held.findLast(({ name }) => name === "intermediate node")?.child;
  const base = chains.link(last ?? chains.skipFilters(top))?.child ?? null;
  return changeTo(graph, chains.skipFilters(top), base && chains.skipFilters(base), told);
}

/**
 * What an image is to say of its backing file; null: it cannot be said.
 * @param base null: it has none any more
 * @param told what it is to be called, instead of its own name
 */
export function changeTo(
  graph: Graph,
  overlay: string,
  base: string | null,
  told: string | null,
): BackingChange | null {
  const filename = fileOf(graph, overlay);
  if (filename === null || graph.nodes.get(overlay)?.driver !== "qcow2") return null;
  if (base === null) return { filename, backing: null };
  const file = told ?? fileOf(graph, base);
  const format = graph.nodes.get(base)?.driver;
  if (file === null || format === undefined) return null;
  return { filename, backing: { file, format } };
}
