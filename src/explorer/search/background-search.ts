/**
 * A check in a thread of its own, seen from the thread that serves pages.
 */
import { Worker } from "node:worker_threads";
import type { CheckResult, Progress, Stop } from "../../check/result.ts";
import { BlockgraphError } from "../../error.ts";
import { packageFile } from "../../package-file.ts";
import type { SearchNews, SearchTask } from "./worker.ts";

/** Worker threads cannot load TypeScript: from sources, too, the built worker is used. */
const WORKER = packageFile("dist/program/explorer-worker.js");

export class BackgroundSearch {
  readonly #worker: Worker;
  /**
   * What came out of it.
   * @throws BlockgraphError `worker-failed` if the thread ended otherwise; what {@link startCheck}
   * throws, with its code
   */
  readonly result: Promise<CheckResult>;

  constructor(task: SearchTask, tell: (progress: Progress) => void) {
    this.#worker = new Worker(WORKER, { workerData: task });
    this.result = new Promise((resolve, reject) => {
      this.#worker.on("message", (news: SearchNews) => {
        if (news.kind === "progress") tell(news.progress);
        else resolve(news.result);
      });
      this.#worker.on("error", (error) => reject(asOurs(error)));
      this.#worker.on("exit", () => reject(asOurs(new Error("it left before it was done"))));
    });
    // Whoever closes the explorer asks for no result any more.
    this.result.catch(() => {});
  }

  /** Asks for an early end, with what was found until then. */
  stop(reason: Stop): void {
    this.#worker.postMessage(reason);
  }

  /** Ends the thread at once, and those that it started. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** An error loses its class on its way from a thread, but not its code. */
function asOurs(error: unknown): BlockgraphError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "memory-exhausted" || code === "program-malformed") {
    return new BlockgraphError(code, message);
  }
  return new BlockgraphError("worker-failed", `the thread of the search ended: ${message}`);
}
