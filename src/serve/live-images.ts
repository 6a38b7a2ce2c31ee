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
 * A backing file is opened to be read, and once more when somebody is to write it.
 *
 * Limits: a file is opened once, for writing if it lets itself be written, but for backing files;
 * that a node is read-only is kept by the graph. Two nodes that name one file in the same words
 * share it, and its locks. The file of a format is nobody else's.
 */
import { basename } from "node:path";
import { imageNameOf } from "../drivers/nbd/image-name.ts";
import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";
import { collision } from "../graph/file-locks.ts";
import type { Graph, JsonValue } from "../graph/graph.ts";
import { type ImageFact, isKnownFormat } from "../graph/image-facts.ts";
import { ALL_PERMISSIONS } from "../graph/permission.ts";
import { refuse } from "../graph/refuse.ts";
import type { RunImage } from "../run/image-set.ts";
import type { LockBits } from "../storage/file-lock.ts";
import { changeBacking } from "../storage/qcow2/change-backing.ts";
import type { ImageBitmaps } from "../storage/qcow2/image-bitmaps.ts";
import { openSparseMemory } from "../storage/sparse-memory.ts";
import type { Storage } from "../storage/storage.ts";
import type { ImageFormat } from "../system/system.ts";
import type { BackingChange } from "./backing-headers.ts";
import { isWritable, lookAtImage } from "./image-access.ts";
import type { ImageTold } from "./image-told.ts";
import { LiveExports } from "./live-exports.ts";
import { formatNow, headerIn, type LiveFile, openFormatted, openRaw } from "./live-file.ts";
import type { FindCredentials } from "./live-nbd.ts";
import {
  filesInUse,
  formattedExportsIn,
  formattedFiles,
  imagesNamedIn,
  type NamedImage,
} from "./named-images.ts";
import type { ResizedImage } from "./resized-images.ts";
import { refusalOfImage, systemText } from "./system-text.ts";

export class LiveImages {
  readonly #paths: ReadonlyMap<string, string>;
  /** all images that are open, those in memory as well; all maps are by what nodes call them */
  readonly #images = new Map<string, RunImage>();
  readonly #files = new Map<string, LiveFile>();
  readonly #exports: LiveExports;
  /** what was replaced while somebody still waited for it */
  readonly #left = new Set<Storage>();
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
    const { lengths, facts, formats } = this;
    const tables = { images: this.#images, lengths, facts, formats };
    this.#exports = new LiveExports(tables, credentials);
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

  /** What an image is, for whoever asks; null: it is none in a file. */
  told(name: string): ImageTold | null {
    return this.#files.get(name)?.told() ?? null;
  }

  /** See {@link LiveExports.connect}. */
  connect(command: QmpCommand, graph: Graph): Promise<string | null> | null {
    return this.#exports.connect(command, graph);
  }

  /**
   * Opens the files that the arguments of a command name, those that are not open as what they are
   * to be, and the backing files that these name.
   * @param graph in which the command will be executed
   * @returns null, or QEMU's text of the first that cannot be opened
   */
  open(given: JsonValue, graph: Graph): string | null {
    const formattedExports = formattedExportsIn(given, graph);
    const unusable = this.#exports.openFormats(formattedExports, graph);
    if (unusable !== null) return unusable;
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
    for (const { options, backed } of formattedExports) {
      const behind = backed ? this.#behind(imageNameOf(options)) : null;
      const problem = behind === null ? null : this.#openChain(behind, used);
      if (problem !== null) return problem;
    }
    return null;
  }

  /** The backing file that the header of an image names; null: none. */
  #behind(name: string): NamedImage | null {
    const backing = this.facts.get(name)?.header?.backing ?? null;
    if (backing === null) return null;
    const { filename, driver: format } = backing;
    // A format that there is not is refused with the command.
    if (!isKnownFormat(format)) return null;
    const isFormat = format === "qcow2";
    return { filename, format, readOnly: true, backed: isFormat, unmap: false };
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
      image = image.backed ? this.#behind(image.filename) : null;
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
    const { writable, problem } = lookAtImage(path);
    if (problem !== null) return problem;
    try {
      const isWritten = writable && !readOnly;
      const opened = isFormatted ? openFormatted(path, isWritten, unmap) : openRaw(path, isWritten);
      this.#replace(filename, opened);
      return null;
    } catch (error) {
      const text = refusalOfImage(error, basename(path));
      if (text === null) throw error;
      return text;
    }
  }

  /** Puts an image in the place of what it was opened as before, if it was. */
  #replace(filename: string, file: LiveFile, release?: () => void): void {
    const known = this.#files.get(filename);
    if (known !== undefined) {
      file.lock.hold(known.lock.held);
      this.#forget(filename, known, release);
    }
    this.#files.set(filename, file);
    this.#images.set(filename, file);
    this.lengths.set(filename, file.storage.length);
    this.facts.set(filename, file.fact);
    if (file.format === null) return;
    const latest = () => this.#files.get(filename)?.format;
    this.formats.set(filename, formatNow(file.format, latest));
  }

  /** Files that were only read, and are written now: a commit's base, or what was reopened. */
  #openToWrite(graph: Graph): void {
    for (const { driver, options, readOnly } of graph.nodes.values()) {
      const filename = String(options.filename);
      const file = driver === "file" && !readOnly ? this.#files.get(filename) : undefined;
      if (file === undefined || file.writable) continue;
      const { storage } = file;
      const opened = orNull(() => file.toWrite());
      // Whoever was not drained for the command still waits for what it has asked the old one.
      if (opened !== null) this.#replace(filename, opened, () => void this.#left.add(storage));
    }
    this.#closeLeft();
  }

  /** Lets go of what nobody waits for any more. */
  #closeLeft(): void {
    for (const storage of this.#left) {
      storage.kick();
      try {
        storage.close();
        this.#left.delete(storage);
      } catch {
        // Some of it is still under way; the next command tries again.
      }
    }
  }

  #forget(filename: string, { storage, lock }: LiveFile, release = () => storage.close()): void {
    for (const map of this.#maps) map.delete(filename);
    release();
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
      const filename = String(options.filename);
      if (isWritable(this.#paths.get(filename) ?? filename)) continue;
      return `Could not open '${filename}': Permission denied`;
    }
    const unwritable = this.#exports.consent(after);
    if (unwritable !== null) return unwritable;
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

  /** Says how long images will be, for a command that is about to make them so. */
  announce(resized: readonly ResizedImage[]): void {
    for (const { name, length } of resized) this.lengths.set(name, length);
  }

  /** What was announced did not happen. */
  recall(resized: readonly ResizedImage[]): void {
    for (const { name } of resized) {
      const image = this.#images.get(name);
      if (image !== undefined) this.lengths.set(name, image.storage.length);
    }
  }

  /**
   * Gives images another length, while nothing is under way on them.
   * @returns null, or QEMU's text of the first that cannot have it
   */
  resize(resized: readonly ResizedImage[]): string | null {
    for (const image of resized) {
      try {
        if (!this.#exports.resize(image)) this.#resizeFile(image);
      } catch (error) {
        return resizeText(error, this.#paths.get(image.name) ?? image.name);
      }
    }
    return null;
  }

  #resizeFile({ name, length, behind }: ResizedImage): void {
    const file = this.#files.get(name);
    if (file === undefined) return;
    try {
      file.resize(length, behind);
    } finally {
      this.#replace(name, file.again());
    }
  }

  /** A command is over: the locks are those of the graph, and what no node has is closed. */
  settle(graph: Graph): void {
    this.#exports.settle(graph);
    this.#openToWrite(graph);
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
    this.#exports.close();
    this.#closeLeft();
    for (const { storage } of this.#images.values()) storage.close();
    for (const { lock } of this.#files.values()) lock.close();
    for (const map of this.#maps) map.clear();
  }

  /** All that is known by the names of images. */
  get #maps(): readonly Map<string, unknown>[] {
    const { lengths, facts, formats } = this;
    return [this.#files, this.#images, lengths, facts, formats];
  }
}

function noCredentials(id: string): never {
  throw refuse(`No TLS credentials with id '${id}'`);
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

const TOO_LARGE = "The image size is too large";
const NO_L1 = "Failed to grow the L1 table: File too large";

/** What QEMU says of an image that cannot have another length. */
function resizeText(error: unknown, path: string): string {
  const text = refusalOfImage(error, path);
  if (text !== null) return text.startsWith(TOO_LARGE) ? NO_L1 : text;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = systemText(code);
  if (reason === undefined) throw error;
  return `Could not resize file: ${reason}`;
}

/** What was opened; null: the image cannot be had so, and whoever writes to it finds that out. */
function orNull<Opened>(open: () => Opened): Opened | null {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof BlockgraphError)) throw error;
    return null;
  }
}
