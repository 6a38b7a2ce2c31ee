/**
 * The documents that blockgraph writes, and whose schemas it prints (`blockgraph schema`).
 */
import { logJsonSchema } from "../../../log/json-schema.ts";
import { checkReceiptJsonSchema } from "../../check/receipt.ts";
import { traceJsonSchema } from "../../check/trace-document.ts";
import { qemuReceiptJsonSchema } from "../../conform/model-receipt.ts";
import { receiptJsonSchema } from "../../receipt.ts";

export interface DocumentKind {
  /** as `blockgraph schema` takes it */
  readonly name: string;
  readonly title: string;
  readonly told: string;
  schema(): Readonly<Record<string, unknown>>;
}

export const DOCUMENTS: readonly DocumentKind[] = [
  {
    name: "log",
    title: "The event log",
    told:
      "One JSON object a line, chained by hashes: the truth of a simulation or a run. The state " +
      "at any line is the fold of the lines up to it. Commands, requests and the schedule are " +
      "inputs; returns, errors and ends follow from them, and a replay compares them.",
    schema: logJsonSchema,
  },
  {
    name: "check-receipt",
    title: "The receipt of a check",
    told:
      "What `blockgraph check` found out, in `reports/MODEL/receipt.json`, and what it prints " +
      "with `--json`. Sizes are bytes, times seconds.",
    schema: checkReceiptJsonSchema,
  },
  {
    name: "check-trace",
    title: "A counterexample",
    told:
      "Every step with the state after it, in `reports/MODEL/trace.json`. Whoever has the model " +
      "can take the same steps again: `blockgraph replay` does.",
    schema: traceJsonSchema,
  },
  {
    name: "verify-receipt",
    title: "The receipt of verify",
    told:
      "What `blockgraph verify` did with a model and what came out, in " +
      "`reports/MODEL/verify.json`: enough to do the same again, and to judge how much it " +
      "proves.",
    schema: receiptJsonSchema,
  },
  {
    name: "qemu-receipt",
    title: "The receipt of a comparison with QEMU",
    told:
      "What of a model `blockgraph conform --models` compared with a QEMU, in " +
      "`reports/MODEL/qemu.json`.",
    schema: qemuReceiptJsonSchema,
  },
];
