/**
 * The worker threads of a search, seen from the thread that started them.
 */
import { Worker } from "node:worker_threads";
import { BlockgraphError } from "../../error.ts";
import { packageFile } from "../../package-file.ts";
import type { Kernel } from "../kernel.ts";
import { setPaused } from "./barrier.ts";
import type { Limits } from "./control.ts";
import type { Shared } from "./engine.ts";
import type { WorkerNews, WorkerTask } from "./worker.ts";

/** Worker threads cannot load TypeScript: from sources, too, the built worker is used. */
const WORKER = packageFile("dist/program/check-worker.js");

export class Team {
  readonly #shared: Shared;
  readonly #workers: Worker[];
  #failure: BlockgraphError | null = null;
  #last: WorkerNews = "progress";
  #unread = false;
  #wake: () => void = () => {};

  /** Starts them; they go on from where the search is. */
  constructor(kernel: Kernel, shared: Shared, limits: Limits) {
    this.#shared = shared;
    this.#workers = shared.outboxes.map((_, thread) => {
      const task: WorkerTask = { kernel, shared, limits, thread };
      const worker = new Worker(WORKER, { workerData: task });
      worker.on("message", (news: WorkerNews) => this.#hear(news));
      worker.on("error", (error) => this.#fail(error));
      worker.on("exit", (status) => this.#end(status));
      return worker;
    });
  }

  /**
   * Waits for the next news; `over` is the last, and is said again to whoever asks again.
   * @throws BlockgraphError `worker-failed`, or what a worker failed with
   */
  async next(): Promise<WorkerNews> {
    while (this.#failure === null && !this.#unread && this.#last !== "over") {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#unread = false;
    if (this.#failure !== null) throw this.#failure;
    return this.#last;
  }

  /** Makes the workers stand still between two rounds, unless they are done. */
  async pause(): Promise<void> {
    setPaused(this.#shared.control, true);
    while ((await this.next()) === "progress");
  }

  resume(): void {
    setPaused(this.#shared.control, false);
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) worker.removeAllListeners("exit");
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #hear(news: WorkerNews): void {
    this.#last = news;
    this.#unread = true;
    this.#wake();
  }

  /** A thread that ends by itself is done, or it says before what it failed with. */
  #end(status: number): void {
    if (status !== 0) this.#fail(new Error(`it left with status ${status}`));
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#failure ??= outOfMemory(error)
      ? new BlockgraphError("memory-exhausted", message)
      : new BlockgraphError(
          "worker-failed",
          `a thread of the search ended: ${message}; try --threads 1, and report it`,
        );
    this.#wake();
  }
}

/** An error loses its class on its way from a thread, but not its code. */
function outOfMemory(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "memory-exhausted";
}
