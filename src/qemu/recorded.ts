/**
 * Recorded verdicts of a QEMU: what it answered to commands, and the edges that it then had.
 *
 * Two formats are read: an array of cases with whole graphs or sorted edges, and lines of random
 * sequences with sorted edges. Placeholders for files become plain names.
 */
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";
import { type ImageFact, type ImageFacts, QCOW2_CLUSTER } from "../graph/image-facts.ts";
import { parseJson } from "../log/parse-json.ts";
import { edgeText } from "./edge-text.ts";

/** What a QEMU did with a command. */
export type RecordedVerdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly text: string }
  /** the process ended, or will never answer */
  | { readonly kind: "aborted" | "hung" }
  /** the process ended, but not by an assertion that is known: a signal, or what it said */
  | { readonly kind: "crashed"; readonly said: string };

export interface RecordedStep {
  /** null: something that the recorder did outside of the graph, such as I/O */
  readonly command: QmpCommand | null;
  readonly verdict: RecordedVerdict;
  /** sorted; null: not recorded, they are those of the step before */
  readonly edges: readonly string[] | null;
}

export interface RecordedSequence {
  /** what it is called in reports */
  readonly name: string;
  /** whether exports can be added from the beginning */
  readonly nbdServer: boolean;
  /** the images it was made on; absent: not recorded */
  readonly images?: ImageFacts;
  readonly steps: readonly RecordedStep[];
}

const argumentsSchema = z.record(z.string(), z.json());
const resultSchema = z.union([z.literal("ok"), z.object({ error: z.string() })]);
const stepSchema = z.object({
  cmd: z.string(),
  args: argumentsSchema,
  result: resultSchema,
});

const format = z.enum(["raw", "qcow2"]);
const fileSchema = z.object({
  format,
  /** bytes that it shows */
  size: z.number(),
  backing: z.string().nullish(),
  backingFormat: format.nullish(),
});

const caseSchema = z.object({
  id: z.string(),
  title: z.string(),
  binary: z.string().default("qemu-storage-daemon"),
  files: z.record(z.string(), fileSchema).optional(),
  steps: z.array(
    stepSchema.extend({
      edges: z.array(z.string()).optional(),
      graphAfter: z
        .object({
          edges: z.array(
            z.object({
              parent: z.string(),
              child: z.string(),
              name: z.string(),
              perm: z.array(z.string()),
              shared: z.array(z.string()),
            }),
          ),
        })
        .optional(),
    }),
  ),
});

const fuzzSchema = z.object({
  seed: z.number(),
  steps: z.array(stepSchema.extend({ edges: z.array(z.string()).optional() })),
});

/**
 * Reads a file of either format, packed with gzip or not.
 * @throws BlockgraphError `log-broken` naming what is neither
 */
export function parseRecorded(bytes: Uint8Array, path: string): RecordedSequence[] {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (packed ? gunzipSync(bytes) : Buffer.from(bytes)).toString("utf8");
  const cases = fitting(z.array(caseSchema), parseJson(text));
  if (cases !== null) return cases.map(fromCase);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => {
      const sequence = fitting(fuzzSchema, parseJson(line));
      if (sequence !== null) return fromFuzz(sequence);
      throw new BlockgraphError(
        "log-broken",
        `${path}: line ${index + 1} is no recorded sequence, and the file is no array of cases; ` +
          "give a file that was recorded from a QEMU",
      );
    });
}

/** A value that fits; null: it does not, or is nested so deeply that no schema can look at it. */
function fitting<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> | null {
  try {
    return schema.safeParse(value).data ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function fromCase({
  id,
  title,
  binary,
  files,
  steps,
}: z.infer<typeof caseSchema>): RecordedSequence {
  return {
    name: `${id}: ${title}`,
    nbdServer: binary === "qemu-storage-daemon",
    ...(files !== undefined && { images: factsOf(files) }),
    steps: steps.map((step) => ({
      ...recordedStep(step),
      edges: edgesOf(step)?.sort() ?? null,
    })),
  };
}

function edgesOf({ edges, graphAfter }: z.infer<typeof caseSchema>["steps"][number]) {
  if (edges !== undefined) return [...edges];
  return graphAfter?.edges.map(({ parent, name, perm, shared, child }) =>
    edgeText(parent, name, perm, shared, child),
  );
}

/** How long a qcow2 file itself is, nobody wrote down. */
function factsOf(files: Readonly<Record<string, z.infer<typeof fileSchema>>>): ImageFacts {
  return new Map(
    Object.entries(files).map(([name, file]): [string, ImageFact] => {
      const { format: kind, size, backing, backingFormat } = file;
      if (kind === "raw") return [name, { length: size, header: null }];
      const named = typeof backing === "string" ? backing : null;
      const driver = backingFormat ?? "raw";
      const below = named === null ? null : { filename: named, driver };
      const header = { size, clusterSize: QCOW2_CLUSTER, backing: below };
      return [name, { length: null, header }];
    }),
  );
}

function fromFuzz({ seed, steps }: z.infer<typeof fuzzSchema>): RecordedSequence {
  return {
    name: `seed ${seed}`,
    nbdServer: true,
    steps: steps.map((step) => ({
      ...recordedStep(step),
      edges: step.edges === undefined ? null : [...step.edges].sort(),
    })),
  };
}

/** How recordings say that the process ended, or was ended because it did not answer. */
const ABORTED = /^QEMU aborted/;
const HUNG = /^QEMU hung/;
const CRASHED = /^QEMU crashed: (?<said>.*)/;

function recordedStep({ cmd, args, result }: z.infer<typeof stepSchema>) {
  const command = cmd.startsWith("@") ? null : { execute: cmd, arguments: withPlainNames(args) };
  return { command, verdict: verdictOf(result) };
}

function verdictOf(result: z.infer<typeof resultSchema>): RecordedVerdict {
  if (result === "ok") return { kind: "accepted" };
  const { error } = result;
  const said = CRASHED.exec(error)?.groups?.said;
  if (said !== undefined) return { kind: "crashed", said };
  if (HUNG.test(error)) return { kind: "hung" };
  return ABORTED.test(error) ? { kind: "aborted" } : { kind: "refused", text: error };
}

function withPlainNames(args: z.infer<typeof argumentsSchema>) {
  const text = JSON.stringify(args).replaceAll(/\{(?:file|sock):([^}]*)\}/g, "$1");
  return argumentsSchema.parse(JSON.parse(text));
}
