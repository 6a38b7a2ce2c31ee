/**
 * The server of the explorer: pages, and what they ask for, on the loopback interface only.
 *
 *     GET  /TOKEN/                         the page, and beside it what it loads
 *     GET  /TOKEN/api/start                models, and what is open
 *     GET  /TOKEN/api/news                 server-sent events: how far searches are
 *     GET  /TOKEN/api/path?exploration&state    a path as a file
 *     PUT  /TOKEN/api/log?name             opens the log in the body
 *     POST /TOKEN/api/COMMAND              commands.ts
 *
 * Whatever goes wrong is one line of JSON, with the status that HTTP has for it.
 */
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { basename, join } from "node:path";
import { BlockgraphError } from "../../error.ts";
import { assetAt } from "./assets.ts";
import { receiveFile } from "./bodies.ts";
import { COMMANDS, type Desk, openModel } from "./commands.ts";
import type { Opened, OpenModel, Started } from "./documents.ts";
import { admit, HEADERS, LOOPBACK, makeToken } from "./guard.ts";
import { answerTo, HttpError } from "./http-error.ts";
import { Jobs } from "./jobs.ts";
import { News } from "./news.ts";
import { OpenExplorations, withPath } from "./open-explorations.ts";
import type { Workshop } from "./workshop.ts";

/** ms in which a request's head must be there, and all of it */
const HEAD_MS = 10_000;
const REQUEST_MS = 600_000;
const PORT_MAX = 65_535;

export class ExplorerServer {
  readonly #server: Server;
  readonly #desk: Desk;
  readonly #news = new News();
  readonly #token = makeToken();
  #port = 0;

  private constructor(workshop: Workshop) {
    const explorations = new OpenExplorations(workshop);
    this.#desk = { workshop, explorations, jobs: new Jobs(workshop, this.#news) };
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => refuse(response, error));
    });
    this.#server.headersTimeout = HEAD_MS;
    this.#server.requestTimeout = REQUEST_MS;
  }

  /**
   * @param port 0: one that is free
   * @throws BlockgraphError `bad-argument` for a port that is in use, or not allowed
   */
  static async listen(workshop: Workshop, port: number): Promise<ExplorerServer> {
    if (port > PORT_MAX) {
      throw new BlockgraphError("bad-argument", `--port ${port}: give 0 to ${PORT_MAX}`);
    }
    const explorer = new ExplorerServer(workshop);
    const server = explorer.#server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => {
        const problem = `--port ${port} cannot be listened on: ${error.message}`;
        reject(new BlockgraphError("bad-argument", `${problem}; leave it out, or give another`));
      });
      server.listen(port, LOOPBACK, resolve);
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("internal: no address");
    explorer.#port = address.port;
    return explorer;
  }

  /** Whoever has it may do everything that the page can. */
  get url(): string {
    return `http://${LOOPBACK}:${this.#port}/${this.#token}/`;
  }

  /** Opens a model. @throws BlockgraphError as {@link Workshop.open} */
  openModel(request: OpenModel): Promise<Opened> {
    return openModel(this.#desk, request);
  }

  /** Opens a log, or what can be read of it. @throws BlockgraphError if there is no such file */
  openLog(path: string): Opened {
    return this.#desk.explorations.addLog(path, basename(path));
  }

  /** Ends everything: searches, pages that listen, connections. */
  async close(): Promise<void> {
    this.#news.close();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await Promise.all([closed, this.#desk.jobs.close()]);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "", headers, method = "" } = request;
    const admitted = admit(url, headers, { token: this.#token, port: this.#port });
    if ("status" in admitted) throw new HttpError(admitted.status, admitted.message);
    const { path, query } = admitted;
    const name = path.startsWith("api/") ? path.slice("api/".length) : null;
    if (name === null) {
      requireMethod(method, "GET");
      sendAsset(response, path);
      return;
    }
    const command = COMMANDS.get(name);
    if (command !== undefined) {
      requireMethod(method, "POST");
      sendJson(response, await command(this.#desk, request));
    } else if (name === "start") {
      requireMethod(method, "GET");
      sendJson(response, this.#start());
    } else if (name === "news") {
      requireMethod(method, "GET");
      if (!this.#news.listen(response)) throw new HttpError(429, "too many pages listen");
    } else if (name === "path") {
      requireMethod(method, "GET");
      await this.#sendPath(response, query);
    } else if (name === "log") {
      requireMethod(method, "PUT");
      sendJson(response, await this.#receiveLog(request, query));
    } else throw new HttpError(404, "there is nothing of that name");
  }

  #start(): Started {
    const { workshop, explorations } = this.#desk;
    return { models: workshop.models(), opened: explorations.all() };
  }

  async #sendPath(response: ServerResponse, query: URLSearchParams): Promise<void> {
    const { workshop, explorations } = this.#desk;
    const open = explorations.at(numberIn(query, "exploration"));
    const state = numberIn(query, "state");
    const { text, name } = await withPath(workshop, open, state, (path) => ({
      text: readFileSync(path),
      name: path.endsWith(".json") ? "path.json" : "path.jsonl",
    }));
    response.writeHead(200, {
      ...HEADERS,
      "Content-Type": "application/octet-stream",
      "Content-Disposition": `attachment; filename="${name}"`,
    });
    response.end(text);
  }

  async #receiveLog(request: IncomingMessage, query: URLSearchParams): Promise<Opened> {
    const { workshop, explorations } = this.#desk;
    const path = join(mkdtempSync(join(workshop.folder, "log-")), "log.jsonl");
    await receiveFile(request, path);
    return explorations.addLog(path, query.get("name")?.slice(0, 255) || "a log");
  }
}

function requireMethod(method: string, wanted: string): void {
  if (method === wanted) return;
  throw new HttpError(405, `${method} is not answered here; it wants ${wanted}`);
}

function numberIn(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new HttpError(400, `${name}: give a number`);
}

function sendAsset(response: ServerResponse, path: string): void {
  const asset = assetAt(path);
  if (asset === null) throw new HttpError(404, "there is nothing of that name");
  response.writeHead(200, { ...HEADERS, "Content-Type": asset.type });
  response.end(asset.content);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { ...HEADERS, "Content-Type": "application/json" });
  response.end(JSON.stringify(value));
}

function refuse(response: ServerResponse, error: unknown): void {
  const { status, code, message } = answerTo(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What is left of the body is not waited for.
  const headers = { ...HEADERS, "Content-Type": "application/json", Connection: "close" };
  response.writeHead(status, headers);
  response.end(JSON.stringify({ error: { code, message } }));
}
