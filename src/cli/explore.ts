/**
 * `blockgraph explore`: a model or a log, state by state, in a page.
 *
 * The page is served to this machine only, to whoever has the URL that is printed, until Ctrl-C.
 * With it go its searches, its images and the QEMUs that it started.
 */
import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import type { Command } from "commander";
import { BlockgraphError } from "../error.ts";
import { openModelSchema } from "../explorer/server/documents.ts";
import { ExplorerServer } from "../explorer/server/explorer-server.ts";
import { wholeNumber } from "./arguments.ts";
import { interruptible } from "./check/interrupt.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { makeWorkshop } from "./explore/workshop.ts";
import { withTemporaryFolder } from "./leftovers.ts";
import { print, printJson } from "./terminal.ts";

interface Options {
  readonly port: number;
  readonly open: boolean;
  readonly out: string;
  readonly mutant?: string;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Serves a page in which a model or a log is explored: what can happen next, what every " +
        "property says of it, and the shortest way to a state that one describes. It is for " +
        "this machine only, and for whoever has the URL that is printed; Ctrl-C ends it.",
    )
    .argument("[model|log]", "what to open first (default: the page lets you choose)")
    .option("--port <n>", "where to listen (default: a port that is free)", wholeNumber(0), 0)
    .option("--no-open", "do not open a browser")
    .option("--mutant <name>", "open the model with one of its mutants")
    .option("--out <folder>", "where promoted tests go; a folder in test/", "test/regressions")
    .option("--json", "print the URL as JSON")
    .addHelpText("after", HELP)
    .action(async (what: string | undefined, options: Options) => {
      process.exitCode = await explore(what, options);
    });
}

const HELP = `
Examples:
  $ blockgraph explore fleece --no-open --json > explorer.json &
  $ sleep 2; kill $!

With a browser, each of which goes on until Ctrl-C:
  blockgraph explore
  blockgraph explore fleece --mutant guest-does-not-drain
  blockgraph explore run.jsonl --port 8080 --no-open

What to type where the page asks for a condition:
  cluster 1 copied and reader 0 frozen
  hook cluster[1] = yes and image disk.raw[1] = 2
  every guest choosing or not (cluster 0 copied frozen > 0)

${EXIT_HELP}`;

async function explore(what: string | undefined, options: Options): Promise<ExitCode> {
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  await withTemporaryFolder(async (folder) => {
    const server = await ExplorerServer.listen(makeWorkshop(folder, options.out), options.port);
    try {
      await interruptible(stop, async () => {
        const opened = what === undefined ? undefined : openFirst(server, what, options);
        await Promise.race([opened, stopped]);
        if (options.json) printJson({ kind: "explorer", url: server.url });
        else print(server.url);
        if (options.open) openBrowser(server.url);
        await stopped;
      });
    } finally {
      await server.close();
    }
  });
  // What still goes on, such as a path on a QEMU, ends with the program: who started it sees to it.
  setImmediate(() => process.exit());
  return EXIT.ok;
}

async function openFirst(server: ExplorerServer, what: string, { mutant }: Options): Promise<void> {
  if (!existsSync(what)) {
    await server.openModel(openModelSchema.parse({ model: what, mutant: mutant ?? null }));
  } else if (statSync(what).isDirectory()) {
    throw new BlockgraphError("bad-argument", `${what} is a folder; name a log or a model`);
  } else server.openLog(what);
}

/** Where there is none, the URL was printed. */
function openBrowser(url: string): void {
  const command = process.platform === "darwin" ? "open" : "xdg-open";
  const browser = spawn(command, [url], { stdio: "ignore", detached: true });
  browser.on("error", () => {});
  browser.unref();
}
