/**
 * `blockgraph daemon`: a storage daemon that takes the options of qemu-storage-daemon, as far as it
 * supports them, and its QMP commands.
 *
 * Options take effect in the order in which they stand, as there.
 */
import { type Command, Option } from "commander";
import { BlockgraphError } from "../error.ts";
import { PROFILES, type ProfileName } from "../graph/profile.ts";
import type { DaemonStep, StepOption } from "./daemon/daemon-step.ts";
import { runDaemon } from "./daemon/run-daemon.ts";
import { EXIT_HELP } from "./exit-code.ts";

interface Options {
  readonly pidfile?: string;
  readonly profile: ProfileName;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  const steps: DaemonStep[] = [];
  const inOrder = (flags: string, option: StepOption, text: string) =>
    new Option(flags, text).argParser((value: string) => {
      steps.push({ option, value });
    });
  const profile = new Option("--profile <name>", "whose rules hold for the graph");
  command
    .description(
      "Is to QMP and NBD clients what qemu-storage-daemon is: options have its names and take " +
        "effect in the order in which they stand. What it does not support it refuses.",
    )
    .addOption(inOrder("--blockdev <definition>", "blockdev", "add a node: KEY=VALUE,... or JSON"))
    .addOption(inOrder("--nbd-server <address>", "nbd-server", "addr.type=unix,addr.path=SOCKET"))
    .addOption(inOrder("--export <definition>", "export", "type=nbd,id=ID,node-name=NODE,..."))
    .addOption(inOrder("--chardev <device>", "chardev", "socket,id=ID,path=SOCKET or stdio,id=ID"))
    .addOption(inOrder("--monitor <chardev>", "monitor", "QMP on a chardev: chardev=ID"))
    .addOption(inOrder("--object <definition>", "object", "throttle-group,id=ID,..."))
    .addOption(profile.choices([...PROFILES]).default("qemu-10.0"))
    .option("--pidfile <file>", "write the process id there when all options have taken effect")
    .option("--daemonize", "not supported; use & of a shell, and --pidfile")
    .addHelpText("after", HELP)
    .action(async ({ pidfile, profile: name, ...rest }: Options & { daemonize?: true }) => {
      if (rest.daemonize === true) {
        throw new BlockgraphError(
          "not-built-yet",
          "--daemonize is not supported; start it with & and wait for the file of --pidfile",
        );
      }
      process.exitCode = await runDaemon(steps, { pidfile: pidfile ?? null, profile: name });
    });
}

const HELP = `
Serve a disk until Ctrl-C, with a monitor:
  blockgraph daemon \\
    --blockdev driver=raw,node-name=disk,file.driver=file,file.filename=disk.raw \\
    --nbd-server addr.type=unix,addr.path=nbd.sock \\
    --export type=nbd,id=guest,node-name=disk,name=disk,writable=on \\
    --chardev socket,id=qmp,path=qmp.sock,server=on,wait=off --monitor chardev=qmp

Put a graph on what another server offers (that is asked for before the next option):
  --blockdev driver=nbd,node-name=disk,server.type=unix,server.path=server.sock,export=disk

Read an image that somebody else writes, as qemu-img -U does:
  --blockdev driver=file,node-name=f,filename=disk.raw,read-only=on,force-share=on

Example:
  $ printf '%s\\n' '{"execute":"qmp_capabilities"}' '{"execute":"quit"}' | blockgraph daemon \
--chardev stdio,id=qmp --monitor chardev=qmp

${EXIT_HELP}`;
