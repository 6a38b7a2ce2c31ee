/**
 * `blockgraph conform --models`: every model that follows the rules of some QEMU beside that QEMU,
 * with a receipt for each.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileAction } from "../../log/file-problem.ts";
import {
  type QemuReceipt,
  qemuReceiptLine,
  qemuReceiptSchema,
} from "../../report/conform/model-receipt.ts";
import type { Model } from "../../system/model.ts";
import type { QemuVersion } from "../../vocabulary.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { findModels } from "../find.ts";
import { print, printJson, progress } from "../terminal.ts";
import { modelOnQemu } from "./model-on-qemu.ts";

interface Options {
  readonly logs: number;
  readonly qemu: QemuVersion;
  readonly binary?: string;
  readonly reports: string;
  readonly json?: true;
}

/** @param names of models; true: all */
export async function conformModels(
  names: true | readonly string[],
  { logs, qemu, binary, reports, json }: Options,
): Promise<ExitCode> {
  const models = findModels(names === true ? [] : names);
  const sent = models.filter(({ profile }) => profile === `qemu-${qemu}`);
  const receipts: QemuReceipt[] = [];
  for (const [index, model] of sent.entries()) {
    progress(`${index + 1} of ${sent.length}   ${model.name}`);
    const receipt = await modelOnQemu(model, { logs, version: qemu, binary });
    receipts.push(receipt);
    leave(receipt, join(reports, model.name));
    if (!json) print(qemuReceiptLine(receipt));
  }
  if (json) printJson(receipts);
  else for (const model of models) if (!sent.includes(model)) print(notSent(model, qemu));
  return receipts.every(({ differences }) => differences.length === 0) ? EXIT.ok : EXIT.violated;
}

function notSent({ name, profile }: Model, qemu: QemuVersion): string {
  const other = /^qemu-(?<version>.*)/.exec(profile)?.groups?.version;
  if (other === undefined) return `${name}: no QEMU has the rules '${profile}'`;
  return `${name}: not sent to ${qemu}, for its rules are those of ${other}; give --qemu ${other}`;
}

function leave(receipt: QemuReceipt, folder: string): void {
  const document = qemuReceiptSchema.parse(receipt);
  fileAction(folder, "cannot be written", () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "qemu.json"), `${JSON.stringify(document, null, 2)}\n`);
  });
}
