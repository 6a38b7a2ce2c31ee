/**
 * The thread in which a program is checked while a page is served: says how far it is, hears when
 * it is to stop, and says in the end what came out.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type CheckOptions, startCheck } from "../../check/check.ts";
import type { Program } from "../../check/program/program.ts";
import type { CheckResult, Progress, Stop } from "../../check/result.ts";

export interface SearchTask {
  readonly program: Program;
  readonly options: CheckOptions;
}

export type SearchNews =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "over"; readonly result: CheckResult };

/** ms between two reports of progress */
const REPORT_MS = 200;

async function work({ program, options }: SearchTask, tell: (news: SearchNews) => void) {
  const check = startCheck(program, options);
  const stop = (reason: Stop) => check.stop(reason);
  parentPort?.on("message", stop);
  try {
    let reported = performance.now();
    while (await check.advance()) {
      // The order to stop is heard between two pieces.
      await new Promise((resolve) => setImmediate(resolve));
      if (performance.now() - reported < REPORT_MS) continue;
      reported = performance.now();
      tell({ kind: "progress", progress: check.progress() });
    }
    tell({ kind: "over", result: check.result() });
  } finally {
    await check.close();
    parentPort?.off("message", stop);
  }
}

const task: SearchTask = workerData;
await work(task, (news) => parentPort?.postMessage(news));
