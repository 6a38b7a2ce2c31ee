/**
 * A script as text for a shell, which anybody can paste into an empty folder.
 *
 * The program reads QMP from a pipe, and what it answers appears on the terminal. A program that
 * has ended, or hangs, does not keep the script from its end, which says how the program ended: 0
 * as told, 134 aborted, 139 crashed, 137 killed because it did not end.
 */
import type { QmpCommand } from "../../../graph/commands.ts";
import type { Script, ScriptImage, ScriptStep, Shown } from "./script.ts";

const PROGRAMS: Readonly<Record<Script["program"], string>> = {
  "qemu-storage-daemon":
    "qemu-storage-daemon --chardev stdio,id=c0 --monitor chardev=c0 \\\n" +
    "  --nbd-server addr.type=unix,addr.path=nbd.sock,max-connections=0 < qmp &",
  "qemu-system-x86_64":
    "qemu-system-x86_64 -machine q35,accel=tcg -nodefaults -display none -S -qmp stdio \\\n" +
    "  -device virtio-scsi-pci < qmp &",
};

/** What the statuses of {@link Shown} mean. */
const ENDS: Readonly<Record<number, string>> = {
  134: "it is aborted (status 134)",
  137: "it hangs, and is killed (status 137)",
  139: "it crashes (status 139)",
};

/** What is to be seen, as the end of a sentence. */
export function shownText(shown: Shown): string {
  return shown.kind === "status" ? `${ENDS[shown.status]}` : `it says: ${shown.text}`;
}

export function scriptText({ program, images, steps }: Script, shown: Shown): string {
  const lines = [
    ...images.flatMap(imageLines),
    "trap '' PIPE",
    "mkfifo qmp",
    PROGRAMS[program],
    "daemon=$!",
    "exec 3> qmp",
    `tell() { printf '%s\\n' "$1" >&3; sleep 0.3; }`,
    "through() { export=$1; shift",
    `  qemu-io -d unmap -f raw "$@" "nbd+unix:///$export?socket=nbd.sock"; }`,
    tellLine({ execute: "qmp_capabilities", arguments: {} }),
    ...steps.flatMap(stepLines),
    `# what is to be seen: ${shownText(shown)}`,
    tellLine({ execute: "quit", arguments: {} }),
    "sleep 1",
    'kill -9 "$daemon" 2> kill.txt',
    'wait "$daemon"',
    'echo "ended with status $?"',
  ];
  return `${lines.join("\n")}\n`;
}

function imageLines({ name, format, length, fill }: ScriptImage): string[] {
  const made = `qemu-img create -q -f ${format} ${name} ${length}`;
  if (fill === undefined) return [made];
  return [made, `qemu-io -f ${format} -c 'write -q -P ${hex(fill)} 0 ${length}' ${name}`];
}

function hex(byte: number): string {
  return `0x${byte.toString(16)}`;
}

function stepLines(step: ScriptStep): string[] {
  if (step.kind === "qmp") return [tellLine(step.command)];
  if (step.kind === "wait") return ["sleep 1", 'if test -n "$inflight"; then wait $inflight; fi'];
  const reads = step.commands.every((command) => command.startsWith("read "));
  const asked = step.commands.map((command) => `-c '${command}'`).join(" ");
  const line = `through ${step.through} ${reads ? "-r " : ""}${asked}`;
  return step.background ? [`${line} &`, 'inflight="$inflight $!"', "sleep 0.5"] : [line];
}

function tellLine({ execute, arguments: given }: QmpCommand): string {
  const bare = Object.keys(given).length === 0;
  return `tell '${JSON.stringify(bare ? { execute } : { execute, arguments: given })}'`;
}
