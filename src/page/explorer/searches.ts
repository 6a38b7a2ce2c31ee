/**
 * Searches that this page asked for, and news of all that there are.
 */
import { signal } from "@preact/signals";
import type { JobNews } from "../../explorer/server/documents.ts";
import { ask, listen } from "./client.ts";
import { attempt, current, open, view, visit } from "./store.ts";

/** the last news of every search */
export const jobs = signal<ReadonlyMap<number, JobNews>>(new Map());
/** those of this page whose end is not known yet: it then shows what they found */
const awaited = new Set<number>();

export function hearOfSearches(): void {
  listen(hear);
}

/** @param here whether it begins at the current state, and not at the beginning */
export function find(text: string, here: boolean): Promise<void> {
  return attempt("", async () => {
    const from = here ? (view.value?.id ?? 0) : 0;
    await wait(ask("find", { exploration: open().exploration, text, from }));
  });
}

export function check(): Promise<void> {
  return attempt("", () => wait(ask("check", { exploration: open().exploration })));
}

/** A search may be over before it is known to have begun. */
async function wait(begun: Promise<{ readonly job: number }>): Promise<void> {
  const { job } = await begun;
  awaited.add(job);
  const news = jobs.value.get(job);
  if (news !== undefined) showResult(news);
}

export function stop(job: number): Promise<void> {
  return attempt("", async () => {
    await ask("stop", { job });
  });
}

function hear(news: JobNews): void {
  jobs.value = new Map([...jobs.value, [news.job, news]]);
  showResult(news);
}

/** What was found is shown, if whoever waited for it is still looking at the same exploration. */
function showResult(news: JobNews): void {
  if (news.kind === "progress" || !awaited.delete(news.job)) return;
  if (news.exploration !== current.value?.exploration) return;
  if (news.kind === "found") void visit(news.state);
  const [first] = news.kind === "checked" ? news.findings : [];
  if (first !== undefined) void visit(first.state);
}
