/**
 * What this machine offers, as far as it matters to blockgraph.
 */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { DoctorCheck } from "../report/doctor-report.ts";
import { allocatedBytes } from "../storage/allocated-bytes.ts";
import { openFile } from "../storage/file.ts";
import { loadLibc } from "../storage/libc.ts";
import type { Storage } from "../storage/storage.ts";
import { withTemporaryFolder } from "./leftovers.ts";

/** As package.json says in `engines`. */
const NODE_MIN = [20, 19] as const;

/** Tools that tests and users compare with, and the Debian package of each. */
const TOOLS: Readonly<Record<string, string>> = {
  "qemu-img": "qemu-utils",
  "qemu-io": "qemu-utils",
  "qemu-storage-daemon": "qemu-system-common",
  "qemu-system-x86_64": "qemu-system-x86",
  nbdinfo: "libnbd-bin",
};

/** Looks at everything. */
export async function environmentChecks(): Promise<DoctorCheck[]> {
  return [nodeCheck(), libcCheck(), await holesCheck(), ...Object.keys(TOOLS).map(toolCheck)];
}

function nodeCheck(): DoctorCheck {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const recent = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  const remedy = recent ? null : `install Node ${NODE_MIN.join(".")} or later`;
  return { name: "node", state: recent ? "ok" : "failed", detail: process.version, remedy };
}

function libcCheck(): DoctorCheck {
  if (loadLibc() !== null) {
    return { name: "koffi", state: "ok", detail: "calls the C library", remedy: null };
  }
  const remedy = "discards write zeros; npm ci on Linux with glibc brings koffi";
  return { name: "koffi", state: "missing", detail: "no C library", remedy };
}

/** bytes of the file that is tried, and of the hole that is punched into it */
const FILE = 1024 * 1024;
const HOLE = 256 * 1024;

async function holesCheck(): Promise<DoctorCheck> {
  const name = "holes in files";
  const works = await withTemporaryFolder(async (folder) => {
    const path = join(folder, "holes.raw");
    const storage = openFile(path, { create: { length: FILE } });
    await ask(storage, "write", 0, FILE);
    await ask(storage, "discard", HOLE, HOLE);
    const { status } = await ask(storage, "block-status", HOLE, HOLE);
    storage.close();
    return status === "zero" && allocatedBytes(statSync(path)) < FILE;
  });
  if (works) return { name, state: "ok", detail: "punched and found (SEEK_HOLE)", remedy: null };
  const remedy = "set TMPDIR to a folder on ext4, xfs, btrfs or tmpfs";
  return { name, state: "missing", detail: "the temporary folder has none", remedy };
}

type Outcome = Parameters<Parameters<Storage["submit"]>[0]["done"]>[0];

function ask(
  storage: Storage,
  operation: "write" | "discard" | "block-status",
  offset: number,
  length: number,
): Promise<Outcome> {
  const buffer = operation === "write" ? new Uint8Array(length).fill(1) : null;
  return new Promise((resolve) => {
    storage.submit({ operation, offset, length, buffer, done: resolve });
    storage.kick();
  });
}

function toolCheck(tool: string): DoctorCheck {
  const path = findTool(tool);
  if (path !== null) return { name: tool, state: "ok", detail: path, remedy: null };
  const remedy = `apt-get install ${TOOLS[tool]}, to compare with it`;
  return { name: tool, state: "missing", detail: "not found", remedy };
}

function findTool(tool: string): string | null {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, tool);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return null;
}
