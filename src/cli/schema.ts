/**
 * `blockgraph schema`: the JSON Schemas of what blockgraph writes, for whoever reads it.
 *
 * Each is made of the zod schema that blockgraph itself writes and reads by, so it cannot differ.
 */
import { Argument, type Command } from "commander";
import { logJsonSchema } from "../log/json-schema.ts";
import { checkReceiptJsonSchema } from "../report/check/receipt.ts";
import { traceJsonSchema } from "../report/check/trace-document.ts";
import { qemuReceiptJsonSchema } from "../report/conform/model-receipt.ts";
import { receiptJsonSchema } from "../report/receipt.ts";
import { EXIT_HELP } from "./exit-code.ts";
import { printJson } from "./terminal.ts";

const SCHEMAS = {
  /** reports/MODEL/receipt.json, and what `check --json` prints */
  "check-receipt": checkReceiptJsonSchema,
  /** reports/MODEL/trace.json */
  "check-trace": traceJsonSchema,
  /** reports/MODEL/qemu.json */
  "qemu-receipt": qemuReceiptJsonSchema,
  /** reports/MODEL/verify.json */
  "verify-receipt": receiptJsonSchema,
  log: logJsonSchema,
} as const;

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  const document = new Argument("<document>", "which").choices(Object.keys(SCHEMAS));
  command
    .description(
      "Prints the JSON Schema (draft 2020-12) of a document: the receipt of a check " +
        "(reports/MODEL/receipt.json), of verify (verify.json) or of a comparison with QEMU " +
        "(qemu.json), the trace of a check (trace.json), or one line of a log.",
    )
    .addArgument(document)
    .addHelpText("after", HELP)
    .action((name: keyof typeof SCHEMAS) => printJson(SCHEMAS[name]()));
}

const HELP = `
Examples:
  $ blockgraph schema check-receipt > check-receipt.schema.json
  $ blockgraph schema log

${EXIT_HELP}`;
