/**
 * The images of a live graph: opened when a command first names them, closed when no node has them
 * any more.
 *
 * A graph opens no files (src/graph), so somebody has to before a command takes effect: whatever
 * node definitions in its arguments name is opened first, and closed again if the command comes to
 * nothing. What the graph has locked of its files is locked in the file system (file-lock.ts), and
 * a graph that another program does not agree with does not come into force.
 *
 * A file above which a node of a format is put is opened as an image of that format from then on:
 * what the node reads and writes are the clusters of its disk, and not the bytes of the file.
 *
 * Limits: a file is opened once, for writing if it lets itself be written, but for backing files;
 * that a node is read-only is kept by the graph. Two nodes that name one file in the same words
 * share it, and its locks. The file of a format is nobody else's.
 */
import fs from "node:fs";
import { basename } from "node:path";
import { nbd } from "../drivers/nbd/driver.ts";
import type { NbdOptions } from "../drivers/nbd/options.ts";
import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";
import { collision } from "../graph/file-locks.ts";
import type { Graph, GraphNode, JsonValue } from "../graph/graph.ts";
import type { ImageFact, ImageHeader } from "../graph/image-facts.ts";
import { ALL_PERMISSIONS } from "../graph/permission.ts";
import { isRefusal, refuse } from "../graph/refuse.ts";
import type { RunImage } from "../run/image-set.ts";
import type { LockBits } from "../storage/file-lock.ts";
import { changeBacking } from "../storage/qcow2/change-backing.ts";
import type { ImageBitmaps } from "../storage/qcow2/image-bitmaps.ts";
import { openSparseMemory } from "../storage/sparse-memory.ts";
import type { ImageFormat } from "../system/system.ts";
import type { BackingChange } from "./backing-headers.ts";
import { headerIn, type LiveFile, openFormatted, openRaw } from "./live-file.ts";
import { exportsNamedIn, type FindCredentials, type LiveNbd, openExport } from "./live-nbd.ts";
import { filesInUse, formattedFiles, imagesNamedIn, type NamedImage } from "./named-images.ts";
import { systemText } from "./system-text.ts";

export class LiveImages {
  readonly #paths: ReadonlyMap<string, string>;
  /** all images that are open, those in memory as well; all maps are by what nodes call them */
  readonly #images = new Map<string, RunImage>();
  readonly #files = new Map<string, LiveFile>();
  readonly #exports = new Map<string, LiveNbd>();
  readonly #credentials: FindCredentials;
  /** bytes that each shows */
  readonly lengths = new Map<string, number>();
  readonly facts = new Map<string, ImageFact>();
  readonly formats = new Map<string, ImageFormat>();

  /**
   * @param paths where the images are that nodes call by other names; the rest is where it says
   * @param credentials for servers that are spoken to in TLS; default: there are none
   */
  constructor(
    paths: ReadonlyMap<string, string> = new Map(),
    credentials: FindCredentials = noCredentials,
  ) {
    this.#paths = paths;
    this.#credentials = credentials;
  }

  /** What a session and an executor need of them; it changes as images come and go. */
  get set(): ReadonlyMap<string, RunImage> {
    return this.#images;
  }

  /** Makes an image in memory, which is there until {@link LiveImages.close}. */
  inMemory(name: string, length: number): void {
    const { storage, copy } = openSparseMemory(name, length);
    this.#images.set(name, { storage, read: copy });
    this.lengths.set(name, length);
  }

  /**
   * Connects to the exports that a command names, if it has not yet: before its files are opened,
   * and without anything else of the graph waiting for it.
   * @returns null: there is nothing to wait for; else what resolves with null, or with QEMU's text
   * of the first that cannot be had
   */
  connect({ execute, arguments: given }: QmpCommand): Promise<string | null> | null {
    // To reopen a node makes no new one.
    const named = execute === "blockdev-reopen" ? [] : [...exportsNamedIn(given)];
    const wanted = named.filter(([name]) => !this.#exports.has(name));
    return wanted.length === 0 ? null : this.#connectAll(wanted);
  }

  async #connectAll(wanted: readonly (readonly [string, NbdOptions])[]): Promise<string | null> {
    try {
      for (const [name, options] of wanted) {
        const opened = await openExport(options, this.#credentials);
        this.#exports.set(name, opened);
        this.#images.set(name, opened);
        this.lengths.set(name, opened.storage.length);
        this.facts.set(name, opened.fact);
      }
      return null;
    } catch (error) {
      if (isRefusal(error)) return error.message;
      throw error;
    }
  }

  /**
   * Opens the files that the arguments of a command name, those that are not open as what they are
   * to be, and the backing files that these name.
   * @param graph in which the command will be executed
   * @returns null, or QEMU's text of the first that cannot be opened
   */
  open(given: JsonValue, graph: Graph): string | null {
    if (this.#isQcow2OnNbd(given, graph)) return NO_QCOW2_ON_NBD;
    const all = imagesNamedIn(given, graph);
    // Where an image is named as a file, and as the file of a format, the format counts.
    const formatted = new Set(
      all.filter(({ format }) => format === "qcow2").map(({ filename }) => filename),
    );
    const named = all.filter(
      ({ filename, format }) => format !== "raw" || !formatted.has(filename),
    );
    const used = filesInUse(graph);
    for (const image of named) {
      const problem = this.#openChain(image, used);
      if (problem !== null) return problem;
    }
    return null;
  }

  /** Whether a node of the format is to be put above an export that holds such an image. */
  #isQcow2OnNbd(given: JsonValue, graph: Graph): boolean {
    if (typeof given !== "object" || given === null) return false;
    if (Object.values(given).some((each) => this.#isQcow2OnNbd(each, graph))) return true;
    if (Array.isArray(given) || given.driver !== "qcow2") return false;
    const { file } = given;
    const below =
      typeof file === "string"
        ? exportOf(graph.nodes.get(file))
        : [...exportsNamedIn(file ?? null).keys()][0];
    return below !== undefined && this.#exports.get(below)?.isQcow2 === true;
  }

  /** Opens an image, and what its header names, if that counts, and so on. */
  #openChain(first: NamedImage, used: ReadonlySet<string>): string | null {
    const opened = new Set<string>();
    for (let image: NamedImage | null = first; image !== null; ) {
      if (opened.has(image.filename)) {
        return `Could not open '${first.filename}': its backing files lead in a circle`;
      }
      opened.add(image.filename);
      const problem = this.#openOne(image, used);
      if (problem !== null) return problem;
      const backing: ImageHeader["backing"] = image.backed
        ? (this.facts.get(image.filename)?.header?.backing ?? null)
        : null;
      image =
        backing === null
          ? null
          : {
              ...{ filename: backing.filename, format: backing.driver, readOnly: true },
              ...{ backed: backing.driver === "qcow2", unmap: false },
            };
    }
    return null;
  }

  /** One that is in use stays what it is; the graph then refuses to take it for an image. */
  #openOne(image: NamedImage, used: ReadonlySet<string>): string | null {
    const { filename, format, readOnly, unmap } = image;
    const known = this.#files.get(filename);
    const isFormatted = format === "qcow2";
    if (known !== undefined && (known.format !== null || !isFormatted)) return null;
    if (known !== undefined && used.has(filename)) return null;
    const path = this.#paths.get(filename) ?? filename;
    const { writable, problem } = lookAt(path);
    if (problem !== null) return problem;
    try {
      const isWritten = writable && !readOnly;
      const opened = isFormatted ? openFormatted(path, isWritten, unmap) : openRaw(path, isWritten);
      this.#replace(filename, opened);
      return null;
    } catch (error) {
      if (!(error instanceof BlockgraphError)) throw error;
      const name = basename(path);
      return error.message.startsWith(`${name}: `)
        ? error.message.slice(name.length + 2)
        : error.message;
    }
  }

  /** Puts an image in the place of what it was opened as before, if it was. */
  #replace(filename: string, file: LiveFile): void {
    const known = this.#files.get(filename);
    if (known !== undefined) {
      file.lock.hold(known.lock.held);
      this.#forget(filename, known);
    }
    this.#files.set(filename, file);
    this.#images.set(filename, file);
    this.lengths.set(filename, file.storage.length);
    this.facts.set(filename, file.fact);
    if (file.format !== null) this.formats.set(filename, file.format);
  }

  #forget(filename: string, { storage, lock }: LiveFile): void {
    for (const map of this.#maps) map.delete(filename);
    storage.close();
    lock.close();
  }

  /**
   * Whether a graph may come into force. If so, its locks are held besides those of the graph
   * before it, until {@link LiveImages.settle}.
   * @returns null, or QEMU's text
   */
  consent(after: Graph): string | null {
    for (const { driver, options, readOnly } of after.nodes.values()) {
      const image = driver === "file" ? this.#files.get(String(options.filename)) : undefined;
      if (image === undefined || image.writable || readOnly) continue;
      return `Could not open '${String(options.filename)}': Permission denied`;
    }
    for (const node of after.nodes.values()) {
      const opened = this.#exports.get(exportOf(node) ?? "");
      if (opened?.storage.readOnly === true && !node.readOnly) return NO_REOPEN;
    }
    const wanted = locksOf(after);
    for (const [filename, { lock }] of this.#files) {
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
    const exported = new Set([...graph.nodes.values()].map((node) => exportOf(node)));
    for (const [name, { storage }] of [...this.#exports]) {
      if (exported.has(name)) continue;
      for (const map of this.#maps) map.delete(name);
      storage.close();
    }
    const used = new Set([...graph.nodes.values()].map(({ options }) => options.filename));
    const wanted = locksOf(graph);
    const formatted = formattedFiles(graph);
    for (const [filename, file] of [...this.#files]) {
      if (!used.has(filename)) this.#forget(filename, file);
      else {
        file.lock.hold(wanted.get(filename) ?? NOTHING);
        // The node of the format is gone: what is left are the bytes.
        if (file.format !== null && !formatted.has(filename)) {
          const path = this.#paths.get(filename) ?? filename;
          file.storage.close();
          this.#replace(filename, openRaw(path, file.writable));
        }
      }
    }
  }

  /** The persistent bitmaps of an image; null: no such image, or one without a format. */
  bitmapsOf(filename: string): ImageBitmaps | null {
    return this.#files.get(filename)?.bitmaps ?? null;
  }

  /** Has an image say what is behind it. @returns why it cannot, in the system's words; or null */
  changeBacking({ filename, backing }: BackingChange): string | null {
    const path = this.#paths.get(filename) ?? filename;
    try {
      changeBacking(path, backing);
    } catch (error) {
      if (!(error instanceof BlockgraphError)) throw error;
      return "Input/output error";
    }
    const file = this.#files.get(filename);
    if (file?.format != null) this.facts.set(filename, { ...file.fact, header: headerIn(path) });
    return null;
  }

  /** Closes all of them. Legal only while nothing is under way on them. */
  close(): void {
    for (const { storage } of this.#images.values()) storage.close();
    for (const { lock } of this.#files.values()) lock.close();
    for (const map of this.#maps) map.clear();
  }

  /** All that is known by the names of images. */
  get #maps(): readonly Map<string, unknown>[] {
    const { lengths, facts, formats } = this;
    return [this.#files, this.#exports, this.#images, lengths, facts, formats];
  }
}

const NO_QCOW2_ON_NBD =
  "qcow2 images on NBD exports are not built yet: let the server open it, and export its disk";
const NO_REOPEN = "Can't reopen read-only NBD mount as read/write";

function noCredentials(id: string): never {
  throw refuse(`No TLS credentials with id '${id}'`);
}

/** The export that a node is on. */
function exportOf(node: GraphNode | undefined): string | undefined {
  if (node?.driver !== nbd.name) return undefined;
  return nbd.known?.(node.options);
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
    const problem = `Could not open '${filename}': ${systemText(code) ?? "Input/output error"}`;
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
