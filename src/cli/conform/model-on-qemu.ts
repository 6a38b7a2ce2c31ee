/**
 * A model beside a QEMU: simulations of it are replayed on a machine, and everything that a QEMU
 * can be told and asked is compared.
 */
import { BlockgraphError } from "../../error.ts";
import { isJsonObject, type JsonObject } from "../../graph/graph.ts";
import { MemoryLog } from "../../log/memory-log.ts";
import type { LogRecord } from "../../log/record.ts";
import { requireVersion } from "../../qemu/version.ts";
import type { QemuReceipt } from "../../report/conform/model-receipt.ts";
import { simulateModel } from "../../simulate/simulate-model.ts";
import type { Model } from "../../system/model.ts";
import { describeModelImage } from "../../system/model-image.ts";
import { seededSchedule } from "../../system/schedule.ts";
import { modelDigest, startRecord } from "../../system/start.ts";
import type { QemuVersion } from "../../vocabulary.ts";
import { propertiesOf } from "../find.ts";
import type { OpenedLog } from "../open-log.ts";
import { type QemuResult, replayLogOnQemu } from "../replay/on-qemu.ts";

const MACHINE = "qemu-system-x86_64";
/** Simulations for each log that is wanted, after which there are no more that QEMU can be sent. */
const TRIES = 8;

export interface ModelOnQemu {
  /** logs to be replayed */
  readonly logs: number;
  readonly version: QemuVersion;
  /** the machine; undefined: the one that is installed */
  readonly binary: string | undefined;
}

/**
 * @throws BlockgraphError `bad-argument` for a missing QEMU, or one of another version
 */
export async function modelOnQemu(model: Model, options: ModelOnQemu): Promise<QemuReceipt> {
  const { logs, version, binary } = options;
  const began = performance.now();
  const qemu = requireVersion(binary ?? MACHINE, MACHINE, version);
  const sum = { commands: 0, requests: 0, overlapping: 0, undecided: 0, unasked: 0, images: 0 };
  const [wrong, unsendable] = [{ logged: 0, seen: 0 }, new Map<string, number[]>()];
  const [differences, untimed]: [Difference[], Difference[]] = [[], []];
  let [sequences, ended] = [0, 0];
  let seed = 0;
  for (; sequences < logs && seed < TRIES * logs; seed++) {
    const log = simulated(model, seed);
    const result = await resultOf(log, options);
    if (typeof result === "string") {
      unsendable.set(result, [...(unsendable.get(result) ?? []), seed]);
      continue;
    }
    sequences++;
    const { difference, last, qemu: seen } = result;
    sum.commands += seen.commands;
    sum.requests += ends(log.records, last) - (seen.unasked - unfinished(log.records, last));
    sum.overlapping += seen.overlapping;
    sum.undecided += seen.unreproduced;
    sum.unasked += seen.unasked;
    sum.images += seen.images;
    ended += seen.end === null ? 0 : 1;
    wrong.logged += seen.wrong.length;
    wrong.seen += seen.wrong.filter(({ same }) => same).length;
    if (difference === null) continue;
    const isOfJob = copiesAt(log.records, last);
    (isOfJob ? untimed : differences).push({ seed, text: difference });
  }
  return {
    ...{ kind: "qemu-receipt", v: 1, model: model.name, digest: modelDigest(model) },
    ...{ profile: model.profile, qemu, seeds: seed, sequences, ...sum, ended, wrong },
    unsendable: [...unsendable].map(([reason, some]) => ({ reason, seeds: some })),
    ...{ untimed, differences },
    seconds: (performance.now() - began) / 1000,
  };
}

type Difference = QemuReceipt["differences"][number];

/** Commands that begin a job which copies by itself. */
const COPYING = new Set(["blockdev-backup", "blockdev-mirror", "block-commit", "block-stream"]);

/**
 * Whether the record is the end of a request, and a job may have been copying then. How far it has
 * come a QEMU cannot be told, and a result may depend on it.
 */
function copiesAt(records: readonly LogRecord[], at: number): boolean {
  const isCopying = (record: LogRecord) =>
    record.kind === "qmp" && record.seq < at && startsCopy(record.execute, record.arguments);
  return records[at]?.kind === "done" && records.some(isCopying);
}

function startsCopy(execute: string, given: JsonObject): boolean {
  if (COPYING.has(execute)) return given.sync !== "none";
  const { actions } = given;
  if (execute !== "transaction" || !Array.isArray(actions)) return false;
  return actions.some((action) => {
    if (!isJsonObject(action) || !isJsonObject(action.data)) return false;
    return typeof action.type === "string" && startsCopy(action.type, action.data);
  });
}

/** A simulation as a log that was opened. */
function simulated(model: Model, seed: number): OpenedLog {
  const sink = new MemoryLog();
  const schedule = seededSchedule(seed);
  simulateModel(model, { properties: propertiesOf(model), mutant: null, schedule, sink });
  const start = startRecord(model, null, model.images.map(describeModelImage));
  return { start, records: sink.records, model };
}

/** What came of a log; or why no QEMU can be sent it. */
async function resultOf(
  log: OpenedLog,
  { version, binary }: ModelOnQemu,
): Promise<QemuResult | string> {
  try {
    return await replayLogOnQemu(log, log.records, { version, binary, given: new Map() });
  } catch (error) {
    if (!(error instanceof BlockgraphError) || error.code !== "log-not-for-qemu") throw error;
    return reasonOf(error.message);
  }
}

/** Without the number of the record, which is another in every log, and without the remedy. */
function reasonOf(message: string): string {
  const [problem = message] = message.split("; ");
  return problem.replace(/^record \d+ is an? /, "there is a ").replace(/^record \d+ /, "a record ");
}

/** Requests that have ended, up to a record. */
function ends(records: readonly LogRecord[], last: number): number {
  return records.filter(({ kind, seq }) => kind === "done" && seq <= last).length;
}

/** Requests that were never ended. */
function unfinished(records: readonly LogRecord[], last: number): number {
  return records.filter(({ kind }) => kind === "io").length - ends(records, records.length + last);
}
