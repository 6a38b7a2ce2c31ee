/**
 * Gathers what the site says of models: receipts and logs that other commands left, and what can be
 * found out quickly where they left none.
 */
import { join } from "node:path";
import { overviewOf } from "../../report/model-overview.ts";
import type { Receipt } from "../../report/receipt.ts";
import type { ModelEvidence, ShownLog } from "../../report/site/site-input.ts";
import type { Model } from "../../system/model.ts";
import { checkReceiptOf, qemuReceiptOf, verifyReceiptOf } from "../model-receipts.ts";
import { leftLog, quickCheck, simulateMutants, simulateSample, simulateViolation } from "./logs.ts";

export interface Gathering {
  /** folder of receipts and logs */
  readonly reports: string;
  /** folder of the site; used for what is only passing through */
  readonly out: string;
  /** s for each search; null: nothing is run */
  readonly seconds: number | null;
}

/** What is known of a model, or can be found out in time. */
export async function gatherModel(model: Model, gathering: Gathering): Promise<ModelEvidence> {
  const { reports, seconds } = gathering;
  const verify = verifyReceiptOf(model, reports);
  const checked = checkReceiptOf(model.name, reports);
  const check = checked?.receipt ?? null;
  const violated =
    model.expected.verdict === "violated" || [check, verify].some((r) => r?.verdict === "violated");
  const counterexample = violated ? await counterexampleOf(model, gathering) : null;
  const seeds = new Map(
    verify?.mutants.flatMap(({ name, seed }) => (seed === null ? [] : [[name, seed]])),
  );
  return {
    model,
    overview: overviewOf(model, verify, check),
    verify,
    check,
    qemu: qemuReceiptOf(model, reports),
    transitions: check?.coverage == null ? [] : (checked?.program.coverage ?? []),
    counterexample,
    sample: violated ? null : sampleOf(model, verify, gathering),
    caught: seconds === null ? [] : simulateMutants(model, seeds),
  };
}

/** That of a check, which is shortest; else one of a search made now, or of simulations. */
async function counterexampleOf(model: Model, gathering: Gathering): Promise<ShownLog | null> {
  const { reports, out, seconds } = gathering;
  const folder = join(reports, model.name);
  const receipt = checkReceiptOf(model.name, reports)?.receipt;
  const left =
    receipt === undefined || receipt.findings.length === 0
      ? null
      : leftLog(join(folder, "trace.jsonl"));
  if (left !== null) {
    const shortest = receipt?.method.search === "bfs";
    return { log: left, origin: "the counterexample that blockgraph check found", shortest };
  }
  const found = seconds === null ? null : await quickCheck(model, seconds, out);
  if (found !== null) return found;
  const violation = verifyReceiptOf(model, reports)?.violation ?? null;
  const log = violation === null ? null : leftLog(join(folder, "violation.jsonl"));
  if (log !== null) {
    return { log, origin: "the violation that blockgraph verify found", shortest: false };
  }
  const simulated = seconds === null ? null : simulateViolation(model);
  if (simulated === null) return null;
  const origin = `a simulation with seed ${simulated.seed}`;
  return { log: simulated.log, origin, shortest: false };
}

function sampleOf(
  model: Model,
  verify: Receipt | null,
  { reports, seconds }: Gathering,
): ShownLog | null {
  const left = verify === null ? null : leftLog(join(reports, model.name, "sample.jsonl"));
  if (left !== null) {
    return { log: left, origin: "a simulation of blockgraph verify", shortest: false };
  }
  return seconds === null ? null : simulateSample(model);
}
