/**
 * What was compared of one model with a QEMU that runs the same commands and requests, and what
 * came of it: `blockgraph conform --models` leaves it in reports/MODEL/qemu.json.
 */
import { z } from "zod";

const count = z.int().min(0);

/** The format version of these receipts. */
const VERSION = 1;

const differenceSchema = z.strictObject({
  seed: count.meta({ description: "of the simulation" }),
  text: z.string().meta({ description: "the first thing that differs, in one line" }),
});

export const qemuReceiptSchema = z.strictObject({
  kind: z.literal("qemu-receipt").meta({ description: "what the document is" }),
  v: z.literal(VERSION).meta({ description: "version of the format" }),
  model: z.string().meta({ description: "name of the model" }),
  digest: z.string().meta({ description: "of what the model says, 16 hexadecimal digits" }),
  profile: z.string().meta({ description: "whose rules the model follows" }),
  qemu: z.string().meta({ description: "version of the QEMU, such as 7.2.22" }),
  seeds: count.meta({ description: "simulations that were made, from seed 0" }),
  sequences: count.meta({ description: "of these, logs that QEMU was sent" }),
  commands: count.meta({ description: "commands whose verdict and text were compared" }),
  requests: count.meta({ description: "requests whose result and data were compared" }),
  overlapping: count.meta({
    description: "of these, in flight together with others in the log, one after the other there",
  }),
  undecided: count.meta({
    description: "requests that end as in the log only if they overlap, which QEMU cannot be told",
  }),
  unasked: count.meta({ description: "requests of a kind that QEMU cannot be asked for" }),
  images: count.meta({ description: "images that were the same at the end, to the byte" }),
  ended: count.meta({ description: "sequences at whose end QEMU ended, as was predicted" }),
  wrong: z
    .strictObject({
      logged: count.meta({ description: "wrong results in the logs that a request can show" }),
      seen: count.meta({ description: "of these, those that QEMU shows as well" }),
    })
    .meta({ description: "what properties say is wrong in the logs" }),
  unsendable: z
    .array(
      z.strictObject({
        reason: z.string().meta({ description: "why, for people" }),
        seeds: z.array(count).meta({ description: "the simulations that this is so of" }),
      }),
    )
    .meta({ description: "logs that no QEMU can be sent" }),
  untimed: z.array(differenceSchema).meta({
    description:
      "results that differ while a job copies, which QEMU does in its own time: undecided",
  }),
  differences: z
    .array(differenceSchema)
    .meta({ description: "logs of which something came out differently" }),
  seconds: z.number().min(0).meta({ description: "that it took" }),
});
export type QemuReceipt = z.infer<typeof qemuReceiptSchema>;

/** JSON Schema, draft 2020-12. @returns a fresh plain object, ready for JSON.stringify */
export function qemuReceiptJsonSchema(): Record<string, unknown> {
  return {
    $id: `urn:blockgraph:qemu-receipt:${VERSION}`,
    title: "What of a model was compared with a QEMU",
    ...z.toJSONSchema(qemuReceiptSchema, { target: "draft-2020-12" }),
  };
}

/** In one line, for people. */
export function qemuReceiptLine(receipt: QemuReceipt): string {
  const { model, qemu, sequences, commands, requests, undecided, differences } = receipt;
  if (sequences === 0) {
    return `${model}: nothing can be sent to QEMU: ${receipt.unsendable[0]?.reason}`;
  }
  const open = undecided === 0 ? "" : `, ${undecided} undecided for want of overlap`;
  return (
    `${model} beside QEMU ${qemu}: ${sequences} logs, ${commands} commands, ${requests} requests` +
    `${open}: ${differences.length === 0 ? "no difference" : `${differences.length} DIFFERENT`}`
  );
}
