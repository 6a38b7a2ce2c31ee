/**
 * The commands of the command line, configured as for a run, to be described: their arguments,
 * options and help.
 */
import { Command } from "commander";
import type { CommandEntry } from "./command-module.ts";

/** Fresh ones; whoever describes them may reroute what they print. */
export async function describedCommands(all: readonly CommandEntry[]): Promise<Command[]> {
  const described: Command[] = [];
  for (const { name, summary, load } of all) {
    const command = new Command(name).summary(summary);
    (await load()).configure(command, all);
    described.push(command);
  }
  return described;
}
