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
  z.strictObject({ byte: z.int().min(0).max(255) }),
  z.strictObject({ seed: z.int().min(0).max(0xffff_ffff) }),
  z.strictObject({ deflate: z.base64() }),
]);
export type Fill = z.infer<typeof fillSchema>;

/**
 * What a qcow2 image says of itself: with it, the node above it goes in a replay as it went when
 * the image was a file. The bytes of such an image are those of its disk, as far as it has them
 * itself.
 */
export const formatSchema = z.strictObject({
  driver: z.literal("qcow2"),
  /** bytes of the file */
  "file-length": bytes,
  /** bytes */
  "cluster-size": z.int().min(512),
  /** the backing file that it names; null: none */
  backing: z.strictObject({ driver: z.enum(["raw", "qcow2"]), filename }).nullable(),
  /** the parts of the disk that are its own, and not its backing file's, in ascending order */
  own: z.array(z.strictObject({ offset: bytes, length: z.int().min(1) })),
});
export type FormatRecord = z.infer<typeof formatSchema>;

/** An image as it was when the log began. What no extent covers is zero. */
export const imageSchema = z.strictObject({
  /** as nodes call it: a file, or the URI of an export */
  filename,
  /** bytes that it shows */
  length: bytes,
  /** absent: its bytes are taken as they are */
  format: formatSchema.optional(),
  /** null: too large to be carried in the log; a replay must be given the image */
  extents: z
    .array(z.strictObject({ offset: bytes, length: z.int().min(1), fill: fillSchema }))
    .nullable(),
  /** XXH64 of the whole image */
  digest: hash,
});
export type ImageRecord = z.infer<typeof imageSchema>;

const statusSchema = z.strictObject({ status: z.enum(BLOCK_STATUSES), bytes: z.int().min(1) });

/** The bodies of all records, told apart by `kind`. */
export const bodySchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("start"),
    model: name,
    /** digest of the model's definition: a log is replayed only against the model that made it */
    digest: hash,
    profile: name,
    /** the mutant that was built in, if any */
    mutant: name.nullable(),
    /** smallest cluster that block-copy uses, in bytes (65536 in QEMU) */
    "cluster-size": z.int().min(512),
    images: z.array(imageSchema),
  }),
  z.strictObject({
    kind: z.literal("qmp"),
    id: z.int().min(0),
    execute: name,
    arguments: z.record(z.string(), z.json()),
    /**
     * devices and exports that it quiesces, in that order: requests may be in flight, and it takes
     * effect with its `drained`, or at once if there is nothing to wait for. Absent: nothing was.
     */
    quiesces: z.array(name).optional(),
    /** jobs that it pauses meanwhile; absent: none */
    pauses: z.array(name).optional(),
  }),
  z.strictObject({ kind: z.literal("return"), id: z.int().min(0), return: z.json() }),
  z.strictObject({
    kind: z.literal("error"),
    id: z.int().min(0),
    class: z.string(),
    desc: z.string(),
  }),
  z.strictObject({
    kind: z.literal("io"),
    request: z.int().min(0),
    /** the device or export that the request enters through */
    through: name,
    operation: z.enum(OPERATIONS),
    offset: bytes,
    length: bytes,
    /** payload of a write; absent for other operations */
    data: fillSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal("done"),
    request: z.int().min(0),
    errno: errno.nullable(),
    /** XXH64 of what a successful read returned */
    digest: hash.optional(),
    /** what a successful block-status returned, from the request's offset on */
    status: statusSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal("step"),
    agent: z.int().min(0),
    /** DONE: its call succeeds; WAKE: it asks again; TIMEOUT: it stops waiting for its copies */
    event: z.enum(["DONE", "WAKE", "TIMEOUT"]),
    /** answer of the medium, where the call was block-status: chance, hence part of the schedule */
    status: statusSchema.optional(),
  }),
  /** nothing is under way any more where the command makes changes: now it does */
  z.strictObject({ kind: z.literal("drained"), id: z.int().min(0) }),
  z.strictObject({ kind: z.literal("fault"), agent: z.int().min(0), errno }),
  z.strictObject({ kind: z.literal("crash") }),
  z.strictObject({ kind: z.literal("note"), text: z.string() }),
]);
export type LogBody = z.infer<typeof bodySchema>;

/** The envelope that the writer adds to every body. */
export const envelopeSchema = z.object({
  v: z.literal(LOG_VERSION),
  seq: z.int().min(0),
  /** hash of the previous line without its newline; of the empty text for the first */
  prev: hash,
});
export type LogEnvelope = z.infer<typeof envelopeSchema>;

/** A whole record as it stands on one line. */
export type LogRecord = LogEnvelope & LogBody;
