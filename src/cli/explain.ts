/**
 * `blockgraph explain`: which commands of a script a graph would accept, and why not.
 */
import { type Command, Option } from "commander";
import { DRIVERS } from "../drivers/registry.ts";
import type { QmpCommand } from "../graph/commands.ts";
import { EMPTY_GRAPH } from "../graph/graph.ts";
import { PROFILES, type ProfileName, profile } from "../graph/profile.ts";
import { readLogOrScript } from "../log/script.ts";
import { explain, explanationSchema } from "../report/explain/explanation.ts";
import { explanationText, type GraphFormat } from "../report/explain/explanation-text.ts";
import { EXIT, EXIT_HELP } from "./exit-code.ts";
import { print, printJson } from "./terminal.ts";

interface Options {
  readonly profile: ProfileName;
  readonly graph: GraphFormat;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Executes the graph commands of a script (JSON lines of QMP) or log, and says which are " +
        "refused, in QEMU's words. For a conflict of permissions it shows the graph that was " +
        "asked for, where both masks come from, and which single changes would help: each was " +
        "tried.",
    )
    .argument("<script>")
    .addOption(
      new Option("--profile <name>", "whose rules").choices([...PROFILES]).default("qemu-7.2"),
    )
    .addOption(
      new Option("--graph <format>", "how graphs are drawn")
        .choices(["text", "mermaid", "dot"])
        .default("text"),
    )
    .option("--json", "print the explanation as JSON")
    .addHelpText("after", HELP)
    .action((path: string, options: Options) => {
      process.exitCode = explainScript(path, options);
    });
}

const HELP = `
Edges are written PARENT --NAME[REQUIRES/SHARES]--> CHILD, with R consistent read,
W write, U write unchanged, S resize.

Examples:
  $ echo '{"execute":"blockdev-add","arguments":{"driver":"null-co","node-name":"d"}}' > s.jsonl
  $ echo '{"execute":"device_add","arguments":{"driver":"scsi-hd","id":"g","drive":"d"}}' >> s.jsonl
  $ blockgraph explain s.jsonl
  $ blockgraph explain s.jsonl --profile qemu-10.0 --graph mermaid

${EXIT_HELP}`;

function explainScript(path: string, options: Options) {
  const read = readLogOrScript(path);
  const bodies = read.type === "log" ? read.records : read.bodies;
  const commands = bodies.flatMap((body): QmpCommand[] =>
    body.kind === "qmp" ? [{ execute: body.execute, arguments: body.arguments }] : [],
  );
  const context = { drivers: DRIVERS, profile: profile(options.profile) };
  const explanation = explain(EMPTY_GRAPH, commands, context);
  if (options.json) printJson(explanationSchema.parse(explanation));
  else for (const line of explanationText(explanation, options.graph)) print(line);
  const refused = explanation.commands.some(({ verdict }) => verdict === "refused");
  return refused ? EXIT.violated : EXIT.ok;
}
