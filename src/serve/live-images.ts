/**
 * The images of a live graph: opened when a command first names them, closed when no node has them
 * any more.
 *
 * A graph opens no files (src/graph), so somebody has to before a command takes effect: whatever
 * node definitions in its arguments name is opened first, and closed again if the command comes to
 * nothing. What the graph has locked of its files is locked in the file system (file-lock.ts), and
 * a graph that another program does not agree with does not come into force.
 *
 * Limits: a file is opened once, for writing if it lets itself be written; that a node is read-only
 * is kept by the graph. Two nodes that name one file in the same words share it, and its locks.
 */
import fs from "node:fs";
import { collision } from "../graph/file-locks.ts";
import type { Graph, JsonValue } from "../graph/graph.ts";
import { ALL_PERMISSIONS } from "../graph/permission.ts";
import type { RunImage } from "../run/image-set.ts";
import { openFile } from "../storage/file.ts";
import { FileLock, type LockBits } from "../storage/file-lock.ts";
import { openSparseMemory } from "../storage/sparse-memory.ts";

interface LiveImage extends RunImage {
  /** null: it is in memory, and nobody else can have it */
  readonly lock: FileLock | null;
  readonly writable: boolean;
}

export class LiveImages {
  readonly #paths: ReadonlyMap<string, string>;
  readonly #images = new Map<string, LiveImage>();
  /** bytes of each image that is open, by the name that nodes call it by */
  readonly lengths = new Map<string, number>();

  /** @param paths where the images are that nodes call by other names; the rest is where it says */
  constructor(paths: ReadonlyMap<string, string> = new Map()) {
    this.#paths = paths;
  }

  /** What a session and an executor need of them; it changes as images come and go. */
  get set(): ReadonlyMap<string, RunImage> {
    return this.#images;
  }

  /** Makes an image in memory, which is there until {@link LiveImages.close}. */
  inMemory(name: string, length: number): void {
    const { storage, copy } = openSparseMemory(name, length);
    this.#add(name, { storage, read: copy, lock: null, writable: true });
  }

  /**
   * Opens the files that the arguments of a command name, those that are not open yet.
   * @returns null, or QEMU's text of the first that cannot be opened
   */
  open(given: JsonValue): string | null {
    for (const filename of filesNamedIn(given)) {
      if (this.#images.has(filename)) continue;
      const path = this.#paths.get(filename) ?? filename;
      const { writable, problem } = lookAt(path);
      if (problem !== null) return problem;
      const storage = openFile(path, { readOnly: !writable, prompt: true });
      const lock = new FileLock(path);
      this.#add(filename, { storage, read: () => fs.readFileSync(path), lock, writable });
    }
    return null;
  }

  /**
   * Whether a graph may come into force. If so, its locks are held besides those of the graph
   * before it, until {@link LiveImages.settle}.
   * @returns null, or QEMU's text
   */
  consent(after: Graph): string | null {
    for (const { driver, options, readOnly } of after.nodes.values()) {
      const image = driver === "file" ? this.#images.get(String(options.filename)) : undefined;
      if (image === undefined || image.writable || readOnly) continue;
      return `Could not open '${String(options.filename)}': Permission denied`;
    }
    const wanted = locksOf(after);
    for (const [filename, { lock }] of this.#images) {
      if (lock === null) continue;
      const { required, refused } = wanted.get(filename) ?? NOTHING;
      const held = lock.held;
      lock.hold({ required: held.required | required, refused: held.refused | refused });
      const others = lock.others();
      const text = collision({ perm: required, shared: ALL_PERMISSIONS & ~refused }, [
        { perm: others.required, shared: ALL_PERMISSIONS & ~others.refused },
      ]);
      if (text === null) continue;
      lock.hold(held);
      return text;
    }
    return null;
  }

  /** A command is over: the locks are those of the graph, and what no node has is closed. */
  settle(graph: Graph): void {
    const used = new Set([...graph.nodes.values()].map(({ options }) => options.filename));
    const wanted = locksOf(graph);
    for (const [filename, { storage, lock }] of this.#images) {
      if (lock === null) continue;
      if (used.has(filename)) {
        lock.hold(wanted.get(filename) ?? NOTHING);
        continue;
      }
      this.#images.delete(filename);
      this.lengths.delete(filename);
      storage.close();
      lock.close();
    }
  }

  /** Closes all of them. Legal only while nothing is under way on them. */
  close(): void {
    for (const { storage, lock } of this.#images.values()) {
      storage.close();
      lock?.close();
    }
    this.#images.clear();
    this.lengths.clear();
  }

  #add(name: string, image: LiveImage): void {
    this.#images.set(name, image);
    this.lengths.set(name, image.storage.length);
  }
}

const NOTHING: LockBits = { required: 0, refused: 0 };

/** What nodes lock of their files, as bits, by file name. */
function locksOf(graph: Graph): Map<string, LockBits> {
  const all = new Map<string, LockBits>();
  for (const [name, { perm, shared }] of graph.locks) {
    const filename = String(graph.nodes.get(name)?.options.filename);
    const { required, refused } = all.get(filename) ?? NOTHING;
    const refuses = ALL_PERMISSIONS & ~shared;
    all.set(filename, { required: required | perm, refused: refused | refuses });
  }
  return all;
}

/** The files of nodes that a command defines, wherever in its arguments it does. */
function filesNamedIn(given: JsonValue): string[] {
  if (typeof given !== "object" || given === null) return [];
  if (Array.isArray(given)) return given.flatMap(filesNamedIn);
  const { driver, filename } = given;
  const own = driver === "file" && typeof filename === "string" ? [filename] : [];
  return [...own, ...Object.values(given).flatMap(filesNamedIn)];
}

/** What the C library says of errors of opening, which QEMU hands on. */
const TEXTS: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
  ELOOP: "Too many levels of symbolic links",
  ENAMETOOLONG: "File name too long",
  EMFILE: "Too many open files",
};

/** Whether a file can be opened as an image, and written; what keeps it from it in QEMU's words. */
function lookAt(filename: string): { readonly writable: boolean; readonly problem: string | null } {
  try {
    const stats = fs.statSync(filename);
    if (stats.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    if (!stats.isFile()) {
      const problem =
        "A regular file was expected by the 'file' driver, but something else was given";
      return { writable: false, problem };
    }
    fs.accessSync(filename, fs.constants.R_OK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const problem = `Could not open '${filename}': ${TEXTS[code] ?? "Input/output error"}`;
    return { writable: false, problem };
  }
  return { writable: isWritable(filename), problem: null };
}

function isWritable(filename: string): boolean {
  try {
    fs.accessSync(filename, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
