/**
 * News for the pages that listen: server-sent events (HTML standard, section 9.2).
 *
 * A page that comes late, or comes back, first hears the last news of every job.
 */
import type { ServerResponse } from "node:http";
import type { JobNews } from "./documents.ts";
import { HEADERS } from "./guard.ts";

/** Pages that listen at once, at the most. */
const MOST_LISTENERS = 16;

export class News {
  readonly #listeners = new Set<ServerResponse>();
  readonly #last = new Map<number, JobNews>();

  /** Answers a request with news until the page goes away. @returns whether it may listen */
  listen(response: ServerResponse): boolean {
    if (this.#listeners.size >= MOST_LISTENERS) return false;
    response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream" });
    response.write(": news of jobs\n\n");
    for (const news of this.#last.values()) response.write(eventText(news));
    this.#listeners.add(response);
    response.on("close", () => this.#listeners.delete(response));
    return true;
  }

  tell(news: JobNews): void {
    this.#last.set(news.job, news);
    for (const listener of this.#listeners) listener.write(eventText(news));
  }

  close(): void {
    for (const listener of this.#listeners) listener.end();
  }
}

/** JSON has no newline of its own, so it is one line of data. */
function eventText(news: JobNews): string {
  return `data: ${JSON.stringify(news)}\n\n`;
}
