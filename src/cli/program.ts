/**
 * The command line: what the words mean.
 *
 *     blockgraph verify            every model through everything
 *     blockgraph show fleecing     the graph of one
 *
 * Here is what all commands share: usage errors and failures become one line on stderr and an exit
 * status (exit-code.ts); a reader that goes away ends the program quietly.
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { packageFile } from "../package-file.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT, EXIT_HELP } from "./exit-code.ts";
import { reportFailure } from "./failure.ts";

/** What a shell reports for a program that SIGPIPE ended. */
const STATUS_PIPE_CLOSED = 141;

async function main(): Promise<void> {
  const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));
  const wanted = words[0] === "help" ? words[1] : words[0];
  const program = await makeProgram(wanted);
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.unusable;
  }
}

/** @param wanted the command whose file is to be loaded; the others are listed only */
async function makeProgram(wanted: string | undefined): Promise<Command> {
  const program = new Command("blockgraph")
    .description("Simulates, runs and verifies block-graph designs such as image fleecing.")
    .version(version(), "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageLine(text, wanted)) });
  program.addHelpText("after", `\n${EXIT_HELP}\n\nStart with:\n  $ blockgraph show fleecing`);
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).summary(summary);
    if (name === wanted) (await load()).configure(command, COMMANDS);
  }
  return program;
}

/** Commander's complaint, on one line and with a remedy. */
function usageLine(text: string, wanted: string | undefined): string {
  const known = COMMANDS.some(({ name }) => name === wanted);
  const help = known ? `blockgraph ${wanted} --help` : "blockgraph --help";
  const complaint = text.replace(/^error: /, "").replace(/\.?\s*$/, "");
  return `blockgraph: ${complaint.replace(/\s*\n\s*/g, " ")}; see ${help}\n`;
}

function version(): string {
  const text = readFileSync(packageFile("package.json"), "utf8");
  const description: { version: string } = JSON.parse(text);
  return description.version;
}

function fail(error: unknown): void {
  reportFailure(error);
  process.exit(EXIT.unusable);
}

process.on("uncaughtException", fail);
for (const [name, stream] of [
  ["stdout", process.stdout] as const,
  ["stderr", process.stderr] as const,
]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(STATUS_PIPE_CLOSED);
    fail(Object.assign(error, { path: name }));
  });
}
// Should the program run out of things to do before its command came to an end, that is no success.
let ended = false;
process.on("exit", (code) => {
  if (ended || code !== EXIT.ok) return;
  reportFailure(new Error("the command never came to an end"));
  process.exitCode = EXIT.unusable;
});
main().then(() => {
  ended = true;
}, fail);
