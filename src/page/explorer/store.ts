/**
 * What the explorer shows, and how one moves about in it. The server has the truth; this is what
 * was asked of it last.
 */
import { signal } from "@preact/signals";
import type { ModelSummary, Opened, StateView, TreeView } from "../../explorer/server/documents.ts";
import type { PlayerTrace } from "../../report/site/player-trace.ts";
import { type Address, addressText, isShown, readAddress } from "./address.ts";
import { ask, sendLog, start } from "./client.ts";

export const models = signal<readonly ModelSummary[]>([]);
export const opened = signal<readonly Opened[]>([]);
/** what is looked at; null: nothing is open */
export const current = signal<Opened | null>(null);
export const view = signal<StateView | null>(null);
export const tree = signal<readonly TreeView[]>([]);
/** the way to the current state; null: it is not there yet */
export const player = signal<PlayerTrace | null>(null);
/** what somebody should know now: what went wrong, or was done */
export const message = signal<{
  readonly tone: "bad" | "good" | "open";
  readonly text: string;
} | null>(null);
/** what is being waited for; empty: nothing */
export const busy = signal("");

/** Does something; what goes wrong is said. */
export async function attempt(what: string, work: () => Promise<void>): Promise<void> {
  busy.value = what;
  message.value = null;
  try {
    await work();
  } catch (error) {
    message.value = { tone: "bad", text: textOf(error) };
  } finally {
    busy.value = "";
  }
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Shows what the page's address says; without it, what was opened last. */
export function begin(): Promise<void> {
  window.addEventListener("popstate", () => void restore());
  return attempt("Loading", async () => {
    const started = await start();
    models.value = started.models;
    opened.value = started.opened;
    const address = readAddress(location.hash);
    const last = started.opened.at(-1);
    if (address.shown !== null) await goToAddress(address);
    else if (last !== undefined) await lookAt(last, [], "replace");
  });
}

/** Shows what the page's address says now. */
function restore(): Promise<void> {
  return attempt("Loading", () => goToAddress(readAddress(location.hash)));
}

async function goToAddress({ shown, trail }: Address): Promise<void> {
  if (shown === null) return;
  const known = opened.value.findLast((each) => isShown(each, shown));
  if (known === undefined && typeof shown === "number") {
    throw new Error("the log of this link is not open any more; open it again");
  }
  await lookAt(known ?? (await ask("open", shown)), trail, "replace");
}

/** Whether the address of a state becomes a new entry of the browser's history. */
type Entry = "push" | "replace";

/** Looks at something that is open, at the end of a trail as far as there is one. */
async function lookAt(at: Opened, trail: readonly string[], entry: Entry): Promise<void> {
  const texts = trailTexts();
  current.value = at;
  if (!opened.value.some(({ exploration }) => exploration === at.exploration)) {
    opened.value = [...opened.value, at];
  }
  view.value = null;
  player.value = null;
  tree.value = [];
  const { exploration, kind } = at;
  try {
    const { view: shown, taken } = await ask("follow", { exploration, trail });
    await show(shown, entry);
    if (taken < trail.length) message.value = { tone: "open", text: endText(taken, texts[taken]) };
  } catch (error) {
    // A log that cannot be replayed can be read all the same.
    if (kind === "model") throw error;
    await follow(0);
  }
}

function endText(taken: number, text: string | undefined): string {
  const step = `Step ${taken + 1}${text === undefined ? "" : ` (${text})`}`;
  const where = taken === 0 ? "the beginning" : `the state after step ${taken}`;
  return `${step} cannot be taken here; this is ${where}, as far as the way could be kept.`;
}

/** Another one of those that are open, at its beginning. */
export function look(at: Opened): Promise<void> {
  return attempt("Opening", () => lookAt(at, [], "push"));
}

/** Of the same model, the way that was gone so far is kept as far as it can be. */
export function openModel(request: unknown, model: string): Promise<void> {
  return attempt(`Opening ${model}`, async () => {
    const trail = current.value?.chosen?.model === model ? trailOf(view.value?.id) : [];
    await lookAt(await ask("open", request), trail, "push");
  });
}

export function openLog(file: File): Promise<void> {
  return attempt(`Reading ${file.name}`, async () => lookAt(await sendLog(file), [], "push"));
}

/** Another exploration of the same log, from one of its records on. */
export function branchAt(record: number): Promise<void> {
  return attempt("Replaying the log", async () => {
    const { exploration } = open();
    await lookAt(await ask("branch", { exploration, record }), [], "push");
  });
}

export function take(step: number): Promise<void> {
  return attempt("", async () => {
    const { exploration } = open();
    const state = view.value?.id ?? 0;
    await show((await ask("take", { exploration, state, step })).view, "push");
  });
}

export function visit(state: number): Promise<void> {
  return attempt("", () => goTo(state));
}

async function goTo(state: number): Promise<void> {
  const { exploration } = open();
  await show((await ask("view", { exploration, state })).view, "push");
}

/** @param name empty: none any more */
export function rename(state: number, name: string): Promise<void> {
  return attempt("", async () => {
    const { exploration } = open();
    await ask("rename", { exploration, state, name });
    await fetchTree(exploration);
    const shown = view.value;
    if (shown?.id === state) view.value = { ...shown, name: name.trim() || null };
  });
}

/** Deletes a state and all that was reached from it. */
export function remove(state: number): Promise<void> {
  return attempt("", async () => {
    const { exploration } = open();
    const isAbove = pathTo(view.value?.id).some(({ id }) => id === state);
    const { parent } = await ask("remove", { exploration, state });
    await goTo(isAbove ? parent : (view.value?.id ?? 0));
  });
}

async function show(shown: StateView, entry: Entry): Promise<void> {
  const { exploration } = open();
  view.value = shown;
  await fetchTree(exploration);
  if (view.value?.id !== shown.id || current.value?.exploration !== exploration) return;
  enter(addressText(open(), trailOf(shown.id)), entry);
  await follow(shown.id);
}

async function fetchTree(exploration: number): Promise<void> {
  const { states } = await ask("tree", { exploration });
  if (current.value?.exploration === exploration) tree.value = states;
}

function enter(address: string, entry: Entry): void {
  if (address === location.hash) return;
  if (entry === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

/** Fetches the way to a state. */
async function follow(state: number): Promise<void> {
  const { exploration } = open();
  const trace = await ask("player", { exploration, state });
  const isLast = current.value?.exploration === exploration && (view.value?.id ?? 0) === state;
  if (isLast) player.value = trace;
}

/** The states from the one after the beginning to one of the tree. */
function pathTo(state: number | undefined): TreeView[] {
  const states = new Map(tree.value.map((each) => [each.id, each]));
  const path: TreeView[] = [];
  let at = state === undefined ? undefined : states.get(state);
  while (at !== undefined && at.parent !== null) {
    path.unshift(at);
    at = states.get(at.parent);
  }
  return path;
}

function trailOf(state: number | undefined): string[] {
  return pathTo(state).map(({ code }) => code);
}

function trailTexts(): string[] {
  return pathTo(view.value?.id).map(({ reached }) => reached);
}

export function open(): Opened {
  if (current.value === null) throw new Error("open a model or a log first");
  return current.value;
}
