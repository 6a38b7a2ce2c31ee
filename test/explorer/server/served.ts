/** An explorer's server for tests, and how a page talks to it. */
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeWorkshop } from "../../../src/cli/explore/workshop.ts";
import type { JobNews } from "../../../src/explorer/server/documents.ts";
import { ExplorerServer } from "../../../src/explorer/server/explorer-server.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export class Served {
  readonly server: ExplorerServer;
  readonly folder: string;

  private constructor(server: ExplorerServer, folder: string) {
    this.server = server;
    this.folder = folder;
  }

  static async start(out = "test/regressions"): Promise<Served> {
    const folder = mkdtempSync(join(tmpdir(), "blockgraph-explorer-"));
    const workshop = { ...makeWorkshop(folder, out), threads: 1, memory: 2 ** 28 };
    return new Served(await ExplorerServer.listen(workshop, 0), folder);
  }

  async stop(): Promise<void> {
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @param path below the token, or from the root if it begins with a slash */
  ask(path: string, { method = "GET", headers = {}, body = "" }: Asked = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.server.url);
      const sent = request(url, { method, headers: { ...headers } }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** A command, as a page sends it. */
  async post(command: string, body: unknown): Promise<Answer> {
    const headers = { "Content-Type": "application/json" };
    const asked = { method: "POST", headers, body: JSON.stringify(body) };
    return this.ask(`api/${command}`, asked);
  }

  /** What a command answered, if it did. */
  async get<Answered>(command: string, body: unknown): Promise<Answered> {
    const { status, text } = await this.post(command, body);
    if (status !== 200) throw new Error(`${command}: ${status} ${text}`);
    const answered: Answered = JSON.parse(text);
    return answered;
  }

  /** The last news of a job: what it came to. */
  outcome(job: number): Promise<JobNews> {
    return new Promise((resolve, reject) => {
      const listening = request(new URL("api/news", this.server.url), (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => {
          text += chunk.toString("utf8");
          for (const line of text.split("\n").slice(0, -1)) {
            if (!line.startsWith("data: ")) continue;
            const news: JobNews = JSON.parse(line.slice("data: ".length));
            if (news.job !== job || news.kind === "progress") continue;
            listening.destroy();
            resolve(news);
          }
        });
      });
      listening.on("error", reject);
      listening.end();
    });
  }
}
