/**
 * The records of the event log (DESIGN section 4).
 *
 * A log is a text file, one JSON object a line. Some records are *inputs*: `start`, `qmp`, `io`,
 * and the schedule (`step`, `drained`, `fault`, `crash`). The others are *consequences*, which a
 * replay derives again and compares: `return`, `error`, `done`. `note` is for people. Folding the
 * inputs gives the state at any point; the log is the truth, all else is computed from it.
 *
 * Every line carries the format version `v`, its position `seq`, and `prev`, the XXH64 of the line
 * before it (see chain.ts). The chain finds accidents and edits; it is no signature.
 */
import { z } from "zod";
import { BLOCK_STATUSES, ERRNOS, OPERATIONS } from "../vocabulary.ts";

/** The format version that this program writes, and the only one that it reads. */
export const LOG_VERSION = 1;

const name = z.string().min(1).max(255);
const filename = z.string().min(1).max(4096);
const bytes = z.int().min(0);
const errno = z.enum(ERRNOS);
/** 64-bit hash, 16 lower-case hexadecimal digits. */
const hash = z.string().regex(/^[0-9a-f]{16}$/);

/**
 * Content of a byte range, written short: one byte repeated, a seeded pseudo-random stream
 * (see fill.ts), or the bytes themselves (base64 of raw deflate).
 */
export const fillSchema = z.union([
  z.strictObject({ byte: z.int().min(0).max(255).describe("one byte, repeated") }),
  z.strictObject({
    seed: z.int().min(0).max(0xffff_ffff).describe("a stream of random bytes from a seed"),
  }),
  z.strictObject({ deflate: z.base64().describe("the bytes themselves: raw deflate in base64") }),
]);
export type Fill = z.infer<typeof fillSchema>;

const partsOfDisk = z.array(
  z.strictObject({ offset: bytes.describe("bytes"), length: z.int().min(1).describe("bytes") }),
);

/**
 * What a qcow2 image says of itself: with it, the node above it goes in a replay as it went when
 * the image was a file. The bytes of such an image are those of its disk, as far as it has them
 * itself.
 */
export const formatSchema = z.strictObject({
  driver: z.literal("qcow2").describe("whose format it is"),
  "file-length": bytes.describe("bytes of the file"),
  "cluster-size": z.int().min(512).describe("bytes"),
  backing: z
    .strictObject({
      driver: z.enum(["raw", "qcow2"]).describe("its format"),
      filename: filename.describe("where it is"),
    })
    .nullable()
    .describe("the backing file that it names; null: none"),
  own: partsOfDisk.describe(
    "the parts of the disk that are its own, and not its backing file's, ascending",
  ),
  bitmaps: z
    .array(
      z.strictObject({
        name: name.describe("what commands call it"),
        granularity: z.int().min(512).describe("bytes that a bit stands for"),
        enabled: z.boolean().describe("whether it records"),
        inconsistent: z.boolean().describe("whether whoever had it last did not store it"),
        dirty: partsOfDisk.describe("what it has recorded, ascending; nothing if inconsistent"),
      }),
    )
    .optional()
    .describe("the bitmaps that it keeps; absent: none"),
});
export type FormatRecord = z.infer<typeof formatSchema>;

/** An image as it was when the log began. What no extent covers is zero. */
export const imageSchema = z.strictObject({
  filename: filename.describe("as nodes call it: a file, or the URI of an export"),
  length: bytes.describe("bytes that it shows"),
  format: formatSchema
    .optional()
    .describe("what a qcow2 image says of itself; absent: its bytes are taken as they are"),
  extents: z
    .array(
      z.strictObject({
        offset: bytes.describe("bytes"),
        length: z.int().min(1).describe("bytes"),
        fill: fillSchema.describe("what is there, in one of three ways"),
      }),
    )
    .nullable()
    .describe(
      "its content, as far as it is not zeros; null: too large for a log, and a replay must be " +
        "given the image",
    ),
  digest: hash.describe("XXH64 of the whole image"),
});
export type ImageRecord = z.infer<typeof imageSchema>;

const statusSchema = z
  .strictObject({
    status: z.enum(BLOCK_STATUSES).describe("whether there is data"),
    bytes: z.int().min(1).describe("of how many bytes that is said"),
  })
  .describe("what block status said");

/** Marks a record as one of a kind. */
function kindOf<Kind extends string>(kind: Kind) {
  return z.literal(kind).describe("what the record is");
}

const commandId = z.int().min(0).describe("of the command: an answer has that of its command");
const requestNumber = z.int().min(0).describe("number of the request: its end has the same");
const agentNumber = z.int().min(0).describe("number of the request or task that moved");

/** The bodies of all records, told apart by `kind`. */
export const bodySchema = z.discriminatedUnion("kind", [
  z
    .strictObject({
      kind: kindOf("start"),
      model: name.describe("name of the model, or of what else made the log"),
      digest: hash.describe(
        "XXH64 of the model: a log is replayed only against the model that made it",
      ),
      profile: name.describe("whose rules are in force"),
      mutant: name.nullable().describe("the mutant that was built in; null: none"),
      "cluster-size": z
        .int()
        .min(512)
        .describe("bytes of the smallest cluster that is copied; 65536 in QEMU"),
      images: z.array(imageSchema).describe("the images as they were at the beginning"),
    })
    .describe("The first line: the model, whose rules, and what the images were."),
  z
    .strictObject({
      kind: kindOf("qmp"),
      id: commandId,
      execute: name.describe("name of the QMP command"),
      arguments: z.record(z.string(), z.json()).describe("its arguments, as QMP spells them"),
      quiesces: z
        .array(name)
        .optional()
        .describe(
          "devices and exports that it quiesces, in that order: it takes effect with its " +
            "`drained`, or at once if nothing is in flight there; absent: none",
        ),
      pauses: z.array(name).optional().describe("jobs that it pauses meanwhile; absent: none"),
    })
    .describe("A command, as QMP has it."),
  z
    .strictObject({
      kind: kindOf("return"),
      id: commandId,
      return: z.json().describe("what the command returned"),
    })
    .describe("A command was accepted."),
  z
    .strictObject({
      kind: kindOf("error"),
      id: commandId,
      class: z.string().describe("class of the error, as QMP has it"),
      desc: z.string().describe("words of the error, as QEMU says them"),
    })
    .describe("A command was refused."),
  z
    .strictObject({
      kind: kindOf("io"),
      request: requestNumber,
      through: name.describe("the device or export that it enters through"),
      operation: z.enum(OPERATIONS).describe("what is asked for"),
      offset: bytes.describe("bytes"),
      length: bytes.describe("bytes"),
      data: fillSchema
        .optional()
        .describe("what is written, in one of three ways; absent: nothing is"),
    })
    .describe("A request of a guest or a reader begins."),
  z
    .strictObject({
      kind: kindOf("done"),
      request: requestNumber,
      errno: errno.nullable().describe("how it failed; null: it succeeded"),
      digest: hash.optional().describe("XXH64 of what a read returned"),
      status: statusSchema.optional(),
    })
    .describe("A request has ended."),
  z
    .strictObject({
      kind: kindOf("step"),
      agent: agentNumber,
      event: z
        .enum(["DONE", "WAKE", "TIMEOUT"])
        .describe("its call succeeds, it asks again, or it stops waiting for its copies"),
      // Chance, and so a part of the schedule.
      status: statusSchema.optional(),
    })
    .describe("The schedule: somebody moves, because a call has ended, or may be tried again."),
  z
    .strictObject({ kind: kindOf("drained"), id: commandId })
    .describe(
      "The schedule: nothing is in flight any more where a command makes changes; now it does.",
    ),
  z
    .strictObject({
      kind: kindOf("fault"),
      agent: agentNumber,
      errno: errno.describe("how it fails"),
    })
    .describe("A call fails."),
  z
    .strictObject({ kind: kindOf("crash") })
    .describe("Power fails: what was not flushed may be lost."),
  z
    .strictObject({ kind: kindOf("note"), text: z.string().describe("for people") })
    .describe("Something for people, which nothing follows from."),
]);
export type LogBody = z.infer<typeof bodySchema>;

/** The envelope that the writer adds to every body. */
export const envelopeSchema = z.object({
  v: z.literal(LOG_VERSION).describe("version of the format"),
  seq: z.int().min(0).describe("position of the line, from 0"),
  prev: hash.describe("XXH64 of the line before without its newline; of nothing for the first"),
});
export type LogEnvelope = z.infer<typeof envelopeSchema>;

/** A whole record as it stands on one line. */
export type LogRecord = LogEnvelope & LogBody;
