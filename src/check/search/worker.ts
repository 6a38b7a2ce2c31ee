/**
 * A thread of a search: expands the states of its own partitions, and stores what comes there.
 *
 * The first thread also decides, between rounds, for all; meanwhile the others wait. It tells the
 * coordinator now and then that there is something new, and when it stands still or is done.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Kernel } from "../kernel.ts";
import { barrier, isPaused, waitUntilResumed } from "./barrier.ts";
import { Control, type Limits } from "./control.ts";
import { createEngine, type Shared } from "./engine.ts";
import { OwnPartitions } from "./partitions.ts";

/** What a thread is given. */
export interface WorkerTask {
  readonly kernel: Kernel;
  readonly shared: Shared;
  readonly limits: Limits;
  readonly thread: number;
}

/** What the first thread says. */
export type WorkerNews = "progress" | "paused" | "over";

/** Transitions between two reports of progress. */
const REPORT_EVERY = 2 ** 20;

function work({ kernel, shared, limits, thread }: WorkerTask, tell: (news: WorkerNews) => void) {
  const threads = shared.outboxes.length;
  const engine = createEngine(kernel, shared, thread);
  const own = new OwnPartitions(engine, shared, thread, threads);
  const control = new Control(kernel, shared, limits);
  let reported = control.transitions;
  const lead = () => {
    control.decide();
    if (isPaused(shared.control)) {
      tell("paused");
      waitUntilResumed(shared.control);
    }
    if (control.transitions - reported < REPORT_EVERY) return;
    reported = control.transitions;
    tell("progress");
  };
  barrier(shared.control, threads);
  while (!control.over) {
    own.expand(control.share);
    barrier(shared.control, threads);
    own.insert();
    own.clear();
    barrier(shared.control, threads);
    if (thread === 0) lead();
    barrier(shared.control, threads);
  }
  if (thread === 0) tell("over");
}

const task: WorkerTask = workerData;
work(task, (news) => parentPort?.postMessage(news));
