/**
 * How the page talks to the server that it came from: by addresses relative to its own, which has
 * the token.
 */
import type {
  JobNews,
  JobStarted,
  Opened,
  Promoted,
  Refused,
  Removed,
  Replayed,
  Started,
  Taken,
  Trailed,
  Tree,
  Understood,
} from "../../explorer/server/documents.ts";
import type { PlayerTrace } from "../../report/site/player-trace.ts";

/** What commands answer, by their names. */
interface Answers {
  readonly open: Opened;
  readonly branch: Opened;
  readonly view: Taken;
  readonly take: Taken;
  readonly follow: Trailed;
  readonly rename: Record<string, never>;
  readonly remove: Removed;
  readonly tree: Tree;
  readonly player: PlayerTrace;
  readonly condition: Understood;
  readonly find: JobStarted;
  readonly check: JobStarted;
  readonly stop: Record<string, never>;
  readonly promote: Promoted;
  readonly replay: Replayed;
}

/** @throws Error with what the server says, in one line */
export async function ask<Name extends keyof Answers>(
  name: Name,
  body: unknown,
): Promise<Answers[Name]> {
  const headers = { "Content-Type": "application/json" };
  const sent = { method: "POST", headers, body: JSON.stringify(body) };
  return answered<Answers[Name]>(await reach(`api/${name}`, sent));
}

export async function start(): Promise<Started> {
  return answered<Started>(await reach("api/start", {}));
}

export async function sendLog(file: File): Promise<Opened> {
  const query = new URLSearchParams({ name: file.name });
  return answered<Opened>(await reach(`api/log?${query}`, { method: "PUT", body: file }));
}

/** The path to a state as a file. */
export async function fetchPath(
  exploration: number,
  state: number,
): Promise<{ readonly name: string; readonly content: Blob }> {
  const response = await reach(`api/path?exploration=${exploration}&state=${state}`, {});
  if (!response.ok) return answered(response);
  const said = response.headers.get("Content-Disposition") ?? "";
  const name = /filename="([^"]+)"/.exec(said)?.[1] ?? "path.jsonl";
  return { name, content: await response.blob() };
}

/** News of searches; the browser connects again by itself. */
export function listen(tell: (news: JobNews) => void): void {
  const source = new EventSource("api/news");
  source.onmessage = (event) => tell(JSON.parse(event.data));
}

async function reach(address: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(address, options);
  } catch {
    throw new Error("the explorer does not answer: was its command ended?");
  }
}

async function answered<Answer>(response: Response): Promise<Answer> {
  if (response.ok) return response.json();
  const refused: Refused | null = await response.json().catch(() => null);
  throw new Error(refused?.error.message ?? `the explorer answers ${response.status}`);
}
