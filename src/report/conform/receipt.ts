/**
 * What `blockgraph conform` compared with a QEMU, and what came of it.
 */
import { z } from "zod";

const count = z.int().min(0);
const differenceSchema = z.strictObject({ ours: z.string(), theirs: z.string() });

/** A file of recorded verdicts. */
const recordedSchema = z.strictObject({
  path: z.string(),
  sequences: count,
  /** commands that were compared */
  commands: count,
  /** sequences that agree to the end */
  agreed: count,
  /** sequences at whose end QEMU ended, as was predicted */
  aborted: count,
  /** sequences with a command that blockgraph does not have */
  skipped: z.array(z.strictObject({ name: z.string(), missing: z.string() })),
  differences: z.array(differenceSchema.extend({ name: z.string(), step: count })),
});

/** Random sequences, sent to a daemon. */
const randomSchema = z.strictObject({
  /** what the binary says of itself */
  qemu: z.string(),
  seed: z.int(),
  sequences: count,
  commands: count,
  refused: count,
  aborted: count,
  /** the smallest script that shows a difference; null if there is none */
  difference: differenceSchema
    .extend({
      commands: z.array(
        z.strictObject({ execute: z.string(), arguments: z.record(z.string(), z.json()) }),
      ),
    })
    .nullable(),
});

export const conformReceiptSchema = z.strictObject({
  kind: z.literal("conform"),
  profile: z.string(),
  ok: z.boolean(),
  recorded: z.array(recordedSchema),
  random: randomSchema.nullable(),
  seconds: z.number().min(0),
});
export type ConformReceipt = z.infer<typeof conformReceiptSchema>;
export type RecordedResult = z.infer<typeof recordedSchema>;
export type RandomResult = z.infer<typeof randomSchema>;

/** For people, line by line. */
export function conformLines({ recorded, random, profile }: ConformReceipt): string[] {
  return [
    ...recorded.flatMap((file) => recordedLines(file, profile)),
    ...(random === null ? [] : randomLines(random, profile)),
  ];
}

function recordedLines(file: RecordedResult, profile: string): string[] {
  const { path, sequences, commands, agreed, aborted, skipped, differences } = file;
  const missing = new Map<string, number>();
  for (const each of skipped) missing.set(each.missing, (missing.get(each.missing) ?? 0) + 1);
  const skips = [...missing].map(([name, times]) => `${name} (${times})`).join(", ");
  return [
    `${path} beside ${profile}: ${agreed} of ${sequences} sequences agree, ${commands} commands, ` +
      `${aborted} aborts predicted, ${differences.length} differences`,
    ...(skips === "" ? [] : [`  not compared, for want of ${skips}`]),
    ...differences.flatMap(({ name, step, ours, theirs }) => [
      `  ${name}, step ${step + 1}`,
      ...sides(ours, theirs),
    ]),
  ];
}

function randomLines(random: RandomResult, profile: string): string[] {
  const { qemu, seed, sequences, commands, refused, aborted, difference } = random;
  const line =
    `${sequences} random sequences beside ${qemu}: ${commands} commands, ${refused} refused, ` +
    `${aborted} aborts predicted, ${difference === null ? 0 : 1} differences (seed ${seed})`;
  if (difference === null) return [line];
  const again = `npx blockgraph conform --random ${sequences + 1} --seed ${seed}`;
  return [
    line,
    "  the smallest script that shows it, for a qemu-storage-daemon:",
    ...difference.commands.map((command) => `    ${JSON.stringify(command)}`),
    ...sides(difference.ours, difference.theirs),
    `  see it again: ${again} --qemu ${profile.replace("qemu-", "")}`,
  ];
}

function sides(ours: string, theirs: string): string[] {
  return [`    we:   ${ours}`, `    QEMU: ${theirs}`];
}
