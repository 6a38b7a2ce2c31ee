/**
 * What a checkpoint says about itself: the file `manifest.json` in its folder.
 *
 * A manifest is written last and put in place by renaming it, so that a folder always has a whole
 * checkpoint or none. It names the files that belong to it, with their lengths and hashes, and
 * carries a hash of itself: what was cut off or altered is refused, never gone on from.
 */
import { endianness } from "node:os";
import { z } from "zod";
import { hasher } from "../../log/chain.ts";
import type { Kernel } from "../kernel.ts";
import { hashText } from "./hash-text.ts";
import { NUMBER_BITS, PARTITIONS } from "./layout.ts";

export const MANIFEST = "manifest.json";

/** Format version of checkpoints. */
const VERSION = 2;

const count = z.int().min(0);
const digest = z.string().regex(/^[0-9a-f]{16}$/);
const byPartition = z.array(count.max(2 ** NUMBER_BITS)).length(PARTITIONS);

/** What was searched, and how: a search goes on only from a checkpoint of the same. */
const subjectSchema = z.strictObject({
  /** digest of the program, its bounds and properties included */
  program: digest,
  symmetry: z.boolean(),
  partialOrder: z.boolean(),
  coverage: z.boolean(),
});
export type CheckpointSubject = z.infer<typeof subjectSchema>;

const chunkSchema = z.strictObject({
  file: z.string().regex(/^states-\d+-\d+\.bin$/),
  /** partitions whose states it has: from the first up to, but not including, the end */
  first: count,
  end: count,
  bytes: count,
  xxh64: digest,
});
/** A file of states. */
export type Chunk = z.infer<typeof chunkSchema>;

const manifestSchema = z.strictObject({
  kind: z.literal("blockgraph-checkpoint"),
  v: z.literal(VERSION),
  subject: subjectSchema,
  /** digest of the code that made the states, and of how they are distributed */
  code: digest,
  states: count,
  transitions: count,
  /** the level that is being expanded */
  level: count,
  /** by level up to that one: states found on it */
  levels: z.array(count),
  /** by property */
  judged: z.array(count),
  /** coverage items that were taken */
  covered: z.array(count),
  /** see notes.ts */
  notes: z.array(z.int()),
  /** see store.ts */
  ends: byPartition,
  levelEnds: byPartition,
  nexts: byPartition,
  pageCounts: byPartition,
  chunks: z.array(chunkSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What a manifest says of this format and of nothing else. */
export const MANIFEST_HEAD = { kind: "blockgraph-checkpoint", v: VERSION } as const;

/** A manifest as text, with its hash. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify({ ...manifest, xxh64: hashOf(manifest) })}\n`;
}

/** Whether a text says that it is a manifest of another format version. */
export function isOfOtherVersion(text: string): boolean {
  const head = z.looseObject({ kind: z.literal("blockgraph-checkpoint"), v: z.int() });
  try {
    return head.parse(JSON.parse(text)).v !== VERSION;
  } catch {
    return false;
  }
}

/** Reads such a text. @returns null if it is not one, or was altered */
export function parseManifest(text: string): Manifest | null {
  try {
    const { xxh64, ...rest } = z.looseObject({ xxh64: z.string() }).parse(JSON.parse(text));
    return hashOf(rest) === xxh64 ? manifestSchema.parse(rest) : null;
  } catch {
    return null;
  }
}

function hashOf(body: object): string {
  return hasher.digest(Buffer.from(JSON.stringify(body)));
}

/** Digest of everything that decides which states there are and where each is stored. */
export function codeDigest(kernel: Kernel): string {
  const words = Array.from({ length: kernel.words }, (_, word) => `w${word}`);
  const facts = { kernel, hash: hashText(words), PARTITIONS, NUMBER_BITS, order: endianness() };
  return hasher.digest(Buffer.from(JSON.stringify(facts)));
}
