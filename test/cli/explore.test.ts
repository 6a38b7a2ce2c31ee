/** `blockgraph explore` as a user starts it, talks to it, and ends it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Started } from "../../src/explorer/server/documents.ts";
import { PROGRAM } from "./blockgraph.ts";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ status: number | null; stderr: string }>;
  firstLine(): Promise<string>;
}

function explore(...words: readonly string[]): Running {
  const child = spawn(process.execPath, [PROGRAM, "explore", "--no-open", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return {
    child,
    ended: once(child, "close").then(([status]) => ({ status, stderr })),
    async firstLine() {
      while (!/\n$/.test(stdout)) {
        const news = once(child.stdout, "data");
        await Promise.race([news, once(child, "close")]);
        if (child.exitCode !== null && stdout === "") throw new Error(stderr);
      }
      return stdout.trim();
    },
  };
}

async function start(url: string): Promise<Started> {
  return JSON.parse(await (await fetch(`${url}api/start`)).text());
}

describe("blockgraph explore", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("serves a model until %s", async (signal) => {
    const { child, ended, firstLine } = explore("fleece", "--mutant", "guest-does-not-drain");
    const url = await firstLine();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
    const { opened } = await start(url);
    expect(opened).toMatchObject([{ title: "fleece with mutant guest-does-not-drain" }]);
    expect((await fetch(url)).status).toBe(200);
    const news = await fetch(`${url}api/news`);
    child.kill(signal);
    expect(await ended).toEqual({ status: 0, stderr: "" });
    await news.text();
  });

  it("leaves no thread of a search that is stopped", async () => {
    const { child, firstLine } = explore("fleecing");
    const url = await firstLine();
    const threads = () => readdirSync(`/proc/${child.pid}/task`).length;
    const post = (command: string, body: unknown) => {
      const headers = { "Content-Type": "application/json" };
      return fetch(`${url}api/${command}`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
    };
    // The first request starts what the server needs for good.
    await post("view", { exploration: 0, state: 0 });
    const before = threads();
    for (const [command, body] of [
      ["check", { exploration: 0 }],
      [
        "find",
        { exploration: 0, from: 0, text: "every hook cluster yes and every hook cluster no" },
      ],
    ] as const) {
      const { job } = JSON.parse(await (await post(command, body)).text());
      await expect.poll(threads).toBeGreaterThan(before);
      expect((await post("stop", { job })).status).toBe(200);
      await expect.poll(threads).toBeLessThanOrEqual(before);
      expect((await post("stop", { job })).status).toBe(404);
    }
  });

  it("ends with its searches", async () => {
    const { child, ended, firstLine } = explore("fleecing", "--json");
    const { url } = JSON.parse(
      await firstLine().then(async (line) => {
        // The document is printed on several lines.
        let text = line;
        while (!text.endsWith("}")) text = await firstLine();
        return text;
      }),
    );
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ exploration: 0 });
    const begun = await fetch(`${url}api/check`, { method: "POST", headers, body });
    expect(await begun.json()).toEqual({ job: 0 });
    child.kill("SIGINT");
    expect((await ended).status).toBe(0);
  });

  it.each([
    [["nothing"], /there is no model 'nothing'/],
    [["fleece", "--mutant", "x"], /no mutant 'x'/],
    [["test"], /test is a folder; name a log or a model/],
    [["--port", "70000"], /--port 70000: give 0 to 65535/],
    [["--port", "x"], /--port/],
  ])("refuses %j in one line", async (words, message) => {
    const { status, stderr } = await explore(...words).ended;
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toMatch(/\n/);
  });

  it("refuses a port that is in use", async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    const address = other.address();
    const port = typeof address === "object" ? address?.port : 0;
    const { status, stderr } = await explore("--port", String(port)).ended;
    other.close();
    expect(status).toBe(2);
    expect(stderr).toMatch(/cannot be listened on: .*EADDRINUSE/);
  });

  it("shows what can be read of a file that is no log", async () => {
    const { child, ended, firstLine } = explore("package.json");
    const { opened } = await start(await firstLine());
    expect(opened[0]?.notices.length).toBeGreaterThan(0);
    child.kill("SIGINT");
    expect((await ended).status).toBe(0);
  });
});
