/**
 * Verifies one model: all stages, then a verdict, a receipt and logs.
 *
 * A verdict of `holds` needs more than the absence of violations: every property must have judged
 * something, and every mutant must have been noticed. Else what was done is too little to tell, and
 * the verdict is `undecided`.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileAction } from "../../log/file-problem.ts";
import type { LogRecord } from "../../log/record.ts";
import { LogWriter } from "../../log/writer.ts";
import { RECEIPT_VERSION, type Receipt, receiptSchema } from "../../report/receipt.ts";
import type { Verdict } from "../../report/verdict.ts";
import type { Model } from "../../system/model.ts";
import { modelDigest } from "../../system/start.ts";
import { bodyOf } from "../open-log.ts";
import { Evidence, type Finding } from "./evidence.ts";
import type { Plan } from "./plan.ts";
import { catchMutants, repeat, runAll, simulateAll, type Verification } from "./stages.ts";

/**
 * @param folder where `verify.json`, `sample.jsonl` and, if there is one, `violation.jsonl` go
 * @param progress told what is being done
 */
export async function verifyModel(
  model: Model,
  plan: Plan,
  folder: string,
  progress: (text: string) => void,
): Promise<Receipt> {
  const began = performance.now();
  fileAction(folder, "cannot be made", () => mkdirSync(folder, { recursive: true }));
  const evidence = new Evidence(model.properties);
  const done = await allStages({ model, plan, evidence, progress }, folder);
  const { finding, ...counts } = done;
  const { verdict, problem } = judge(model, evidence, done);
  const log = join(folder, "violation.jsonl");
  if (finding === null) rmSync(log, { force: true });
  else writeLog(log, finding.records);
  const receipt: Receipt = receiptSchema.parse({
    kind: "receipt",
    v: RECEIPT_VERSION,
    model: model.name,
    digest: modelDigest(model),
    profile: model.profile,
    verdict,
    expected: model.expected.verdict,
    problem,
    ...counts,
    properties: evidence.judgements,
    violation: finding === null ? null : { ...finding.violation, found: finding.found, log },
    seconds: (performance.now() - began) / 1000,
    node: process.version,
  });
  const path = join(folder, "verify.json");
  const text = `${JSON.stringify(receipt, null, 2)}\n`;
  fileAction(path, "cannot be written", () => writeFileSync(path, text));
  return receipt;
}

type Counts = "simulated" | "ran" | "replayed" | "repeated" | "mutants" | "leftToCheck";
type Done = Pick<Receipt, Counts> & { readonly finding: Finding | null };

async function allStages(verification: Verification, folder: string): Promise<Done> {
  const { evidence } = verification;
  const { finding, sample, seeds, others } = await simulateAll(verification);
  const simulated = { seeds, others, requests: evidence.requests, steps: evidence.steps };
  const untried = { mutants: [], leftToCheck: [] };
  const nothing = { ran: { memory: 0, files: 0 }, replayed: 0, repeated: 0, ...untried };
  if (sample !== null) writeLog(join(folder, "sample.jsonl"), sample.log.records);
  if (finding !== null || sample === null) return { ...nothing, simulated, finding };
  const different = repeat(verification, sample);
  if (different !== null) return { ...nothing, simulated, finding: different };
  const runs = await runAll(verification);
  const ran = { memory: runs.memory, files: runs.files };
  const rest = { ran, replayed: runs.replayed, repeated: 1, simulated, finding: runs.finding };
  if (runs.finding !== null) return { ...rest, ...untried };
  return { ...rest, ...(await catchMutants(verification)) };
}

function judge(
  model: Model,
  evidence: Evidence,
  { finding, mutants, simulated }: Done,
): { verdict: Verdict; problem: string | null } {
  const { expected } = model;
  if (finding !== null) {
    const { property, text } = finding.violation;
    const problem = `${property} in ${finding.found}: ${text}`;
    return { verdict: "violated", problem: expected.verdict === "violated" ? null : problem };
  }
  const survivors = mutants.filter(({ seed }) => seed === null).map(({ name }) => name);
  if (expected.verdict === "violated") {
    const problem = `a violation is expected, but there was none in ${simulated.seeds} seeds`;
    return { verdict: "undecided", problem };
  }
  if (evidence.neverJudged.length > 0) {
    const problem = `never applied: ${evidence.neverJudged.join(", ")}; give it something to judge`;
    return { verdict: "undecided", problem };
  }
  if (survivors.length > 0) {
    return { verdict: "undecided", problem: `mutants survived: ${survivors.join(", ")}` };
  }
  return { verdict: "holds", problem: null };
}

function writeLog(path: string, records: readonly LogRecord[]): void {
  const writer = LogWriter.create(path, { fsync: "never", overwrite: true });
  try {
    for (const record of records) writer.append(bodyOf(record));
  } finally {
    writer.close();
  }
}
