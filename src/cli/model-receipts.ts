/**
 * What receipts in the reports folder say of a model, as far as they are of the model as it stands.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import type { Program } from "../check/program/program.ts";
import { programDigest } from "../check/program-digest.ts";
import { parseJson } from "../log/parse-json.ts";
import { type CheckReceipt, checkReceiptSchema } from "../report/check/receipt.ts";
import { type QemuReceipt, qemuReceiptSchema } from "../report/conform/model-receipt.ts";
import { type Receipt, receiptSchema } from "../report/receipt.ts";
import type { Model } from "../system/model.ts";
import { modelDigest } from "../system/start.ts";
import { findChecked } from "./check/find-checked.ts";

/** A receipt of a check, and the program that was checked. */
export interface CheckedAsItStands {
  readonly receipt: CheckReceipt;
  readonly program: Program;
}

/** What `verify` left; null: nothing, or it is of an earlier version of the model. */
export function verifyReceiptOf(model: Model, reports: string): Receipt | null {
  const receipt = readDocument(join(reports, model.name, "verify.json"), receiptSchema);
  return receipt?.digest === modelDigest(model) ? receipt : null;
}

/** What `conform --models` left; null as above. */
export function qemuReceiptOf(model: Model, reports: string): QemuReceipt | null {
  const receipt = readDocument(join(reports, model.name, "qemu.json"), qemuReceiptSchema);
  return receipt?.digest === modelDigest(model) ? receipt : null;
}

/**
 * What `check` left of a model or sketch in its usual bounds; null: nothing, or it is of an earlier
 * version of it, or of other bounds.
 */
export function checkReceiptOf(name: string, reports: string): CheckedAsItStands | null {
  const receipt = readDocument(join(reports, name, "receipt.json"), checkReceiptSchema);
  if (receipt === null) return null;
  const { program } = findChecked(name).lower(new Map(), null);
  return receipt.digest === programDigest(program) ? { receipt, program } : null;
}

/** A document; null: there is none, or none that this version wrote. */
export function readDocument<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): z.infer<Schema> | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  return schema.safeParse(parseJson(text)).data ?? null;
}
