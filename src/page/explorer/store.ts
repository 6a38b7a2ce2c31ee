/**
 * What the explorer shows, and what its buttons do. The server has the truth; this is what was
 * asked of it last.
 */
import { signal } from "@preact/signals";
import type {
  JobNews,
  ModelSummary,
  Opened,
  StateView,
  TreeView,
} from "../../explorer/server/documents.ts";
import type { PlayerTrace } from "../../report/site/player-trace.ts";
import { ask, listen, sendLog, start } from "./client.ts";

export const models = signal<readonly ModelSummary[]>([]);
export const opened = signal<readonly Opened[]>([]);
/** what is looked at; null: nothing is open */
export const current = signal<Opened | null>(null);
export const view = signal<StateView | null>(null);
export const tree = signal<readonly TreeView[]>([]);
/** the way to the current state; null: it is not there yet */
export const player = signal<PlayerTrace | null>(null);
/** the last news of every search */
export const jobs = signal<ReadonlyMap<number, JobNews>>(new Map());
/** what somebody should know now: what went wrong, or was done */
export const message = signal<{ readonly tone: "bad" | "good"; readonly text: string } | null>(
  null,
);
export const busy = signal(false);

/** Does something; what goes wrong is said. */
async function attempt(work: () => Promise<void>): Promise<void> {
  busy.value = true;
  message.value = null;
  try {
    await work();
  } catch (error) {
    message.value = { tone: "bad", text: error instanceof Error ? error.message : String(error) };
  } finally {
    busy.value = false;
  }
}

export function begin(): Promise<void> {
  listen(hear);
  return attempt(async () => {
    const started = await start();
    models.value = started.models;
    opened.value = started.opened;
    const last = started.opened.at(-1);
    if (last !== undefined) await look(last);
  });
}

/** Looks at something that is open, from its beginning. */
export async function look(at: Opened): Promise<void> {
  current.value = at;
  if (!opened.value.some(({ exploration }) => exploration === at.exploration)) {
    opened.value = [...opened.value, at];
  }
  view.value = null;
  player.value = null;
  tree.value = [];
  await goTo(0);
}

export function openModel(request: unknown): Promise<void> {
  return attempt(async () => look(await ask("open", request)));
}

export function openLog(file: File): Promise<void> {
  return attempt(async () => look(await sendLog(file)));
}

/** Another exploration of the same log, from one of its records on. */
export function branchAt(record: number): Promise<void> {
  return attempt(async () => {
    const { exploration } = open();
    await look(await ask("branch", { exploration, record }));
  });
}

export function take(step: number): Promise<void> {
  return attempt(async () => {
    const { exploration } = open();
    const state = view.value?.id ?? 0;
    await show((await ask("take", { exploration, state, step })).view);
  });
}

export function visit(state: number): Promise<void> {
  return attempt(() => goTo(state));
}

async function goTo(state: number): Promise<void> {
  const { exploration, kind } = open();
  try {
    await show((await ask("view", { exploration, state })).view);
  } catch (error) {
    // A log that cannot be replayed can be read all the same.
    if (kind === "model") throw error;
    await follow(state);
  }
}

async function show(shown: StateView): Promise<void> {
  view.value = shown;
  await follow(shown.id);
}

/** Fetches what belongs to a state: the tree around it, and the way there. */
async function follow(state: number): Promise<void> {
  const { exploration } = open();
  const isLast = () => current.value?.exploration === exploration;
  const trace = await ask("player", { exploration, state });
  if (isLast()) player.value = trace;
  if (view.value === null) return;
  const { states } = await ask("tree", { exploration });
  if (isLast()) tree.value = states;
}

export function find(text: string): Promise<void> {
  return attempt(async () => {
    await ask("find", { exploration: open().exploration, text });
  });
}

export function check(): Promise<void> {
  return attempt(async () => {
    await ask("check", { exploration: open().exploration });
  });
}

export function stop(job: number): Promise<void> {
  return attempt(async () => {
    await ask("stop", { job });
  });
}

export function promote(name: string): Promise<void> {
  return attempt(async () => {
    const named = name === "" ? {} : { name };
    const { test } = await ask("promote", { ...place(), ...named });
    message.value = { tone: "good", text: `${test} is written` };
  });
}

export function replay(on: "sim" | "files" | "qemu"): Promise<void> {
  return attempt(async () => {
    const { identical, line, difference, violations } = await ask("replay", { ...place(), on });
    const text = [line, difference ?? "", ...violations].filter((each) => each !== "").join("; ");
    message.value = { tone: identical ? "good" : "bad", text };
  });
}

function place() {
  return { exploration: open().exploration, state: view.value?.id ?? 0 };
}

function open(): Opened {
  if (current.value === null) throw new Error("open a model or a log first");
  return current.value;
}

/** Whoever waits for a state is shown it, if still looking at the same exploration. */
function hear(news: JobNews): void {
  const before = jobs.value.get(news.job);
  jobs.value = new Map([...jobs.value, [news.job, news]]);
  if (before?.kind !== "progress" && before !== undefined) return;
  if (news.exploration !== current.value?.exploration) return;
  if (news.kind === "found") void visit(news.state);
  const [first] = news.kind === "checked" ? news.findings : [];
  if (first !== undefined) void visit(first.state);
}
