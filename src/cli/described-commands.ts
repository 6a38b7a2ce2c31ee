/**
 * The commands of the command line, configured as for a run, to be described: their arguments,
 * options and help.
 */
import { Command } from "commander";
import { COMMANDS } from "./commands.ts";

/** Fresh ones; whoever describes them may reroute what they print. */
export async function describedCommands(): Promise<Command[]> {
  const described: Command[] = [];
  for (const { name, summary, load } of COMMANDS) {
    const command = new Command(name).summary(summary);
    (await load()).configure(command);
    described.push(command);
  }
  return described;
}
