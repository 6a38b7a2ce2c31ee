/**
 * The exports of other servers that a live graph is on: connected to before the command that names
 * them, and let go of with the last node that is on them.
 *
 * One that a node of a format is put above is asked in another way from then on (blocking-nbd.ts):
 * the connection to it is made anew, unless the command names it for the first time. Without the
 * format its bytes are there again.
 *
 * Limits: a server that ends with its first client has to be named by the command that adds the
 * format.
 */
import { imageNameOf } from "../drivers/nbd/image-name.ts";
import type { NbdOptions } from "../drivers/nbd/options.ts";
import type { QmpCommand } from "../graph/commands.ts";
import type { Graph } from "../graph/graph.ts";
import type { ImageFact } from "../graph/image-facts.ts";
import { isRefusal } from "../graph/refuse.ts";
import type { RunImage } from "../run/image-set.ts";
import type { ImageFormat } from "../system/system.ts";
import { formatNow } from "./live-file.ts";
import {
  type FindCredentials,
  type LiveNbd,
  lostExport,
  openExport,
  openForFormat,
} from "./live-nbd.ts";
import {
  exportOf,
  exportsInUse,
  exportsNamedIn,
  type FormattedExport,
  formattedExportsIn,
} from "./named-images.ts";
import type { ResizedImage } from "./resized-images.ts";
import { refusalOfImage } from "./system-text.ts";

/** What is known of images, by what nodes call them. */
export interface ImageTables {
  readonly images: Map<string, RunImage>;
  /** bytes that each shows */
  readonly lengths: Map<string, number>;
  readonly facts: Map<string, ImageFact>;
  readonly formats: Map<string, ImageFormat>;
}

export class LiveExports {
  readonly #exports = new Map<string, LiveNbd>();
  readonly #tables: ImageTables;
  readonly #credentials: FindCredentials;

  constructor(tables: ImageTables, credentials: FindCredentials) {
    this.#tables = tables;
    this.#credentials = credentials;
  }

  /**
   * Connects to those that a command names, and was not connected to as it is needed: before files
   * are opened, and without anything else of the graph waiting for it.
   * @returns null: there is nothing to wait for; else what resolves with null, or with QEMU's text
   * of the first that cannot be had
   */
  connect({ execute, arguments: given }: QmpCommand, graph: Graph): Promise<string | null> | null {
    // To reopen a node makes no new one.
    if (execute === "blockdev-reopen") return null;
    const formatted = formattedExportsIn(given, graph);
    const used = exportsInUse(graph);
    const named = new Map([
      ...exportsNamedIn(given),
      ...formatted.map(({ options }) => [imageNameOf(options), options] as const),
    ]);
    const needed = new Set(formatted.map(({ options }) => imageNameOf(options)));
    const wanted = [...named].filter(([name]) => {
      const known = this.#exports.get(name);
      return known === undefined || (needed.has(name) && known.host === null && !used.has(name));
    });
    return wanted.length === 0 ? null : this.#connectAll(wanted, needed);
  }

  async #connectAll(
    wanted: readonly (readonly [string, NbdOptions])[],
    needed: ReadonlySet<string>,
  ): Promise<string | null> {
    try {
      for (const [name, options] of wanted) {
        const open = needed.has(name) ? openForFormat : openExport;
        const known = this.#exports.get(name);
        if (known !== undefined) {
          // A server may take one client at a time.
          known.storage.close();
          this.#put(name, lostExport(known));
        }
        this.#put(name, await open(options, this.#credentials));
      }
      return null;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return error.message;
    }
  }

  /**
   * Opens the images in a format that a command puts nodes above.
   * @returns QEMU's text of the first that cannot be opened; null: all are there
   */
  openFormats(formatted: readonly FormattedExport[], graph: Graph): string | null {
    const used = exportsInUse(graph);
    for (const image of formatted) {
      const name = imageNameOf(image.options);
      const known = this.#exports.get(name);
      if (known === undefined || known.host === null || used.has(name)) continue;
      try {
        this.#put(name, known.host.formatted(image));
      } catch (error) {
        const text = refusalOfImage(error, known.storage.name);
        if (text === null) throw error;
        return text;
      }
    }
    return null;
  }

  /** Whether a graph may come into force: null, or QEMU's text. */
  consent(after: Graph): string | null {
    for (const node of after.nodes.values()) {
      const opened = this.#exports.get(exportOf(node) ?? "");
      if (opened?.readOnly === true && !node.readOnly) return NO_REOPEN;
    }
    return null;
  }

  /**
   * Gives an image in a format another length, while nothing is under way on it.
   * @returns whether there is one of that name
   * @throws BlockgraphError `bad-argument`, `image-unusable`; the image is as long as it was then
   */
  resize({ name, length, behind }: ResizedImage): boolean {
    const opened = this.#exports.get(name);
    if (opened?.again === undefined) return false;
    opened.storage.close();
    try {
      opened.host?.resize(length, behind);
    } finally {
      this.#put(name, opened.again());
    }
    return true;
  }

  /** A command is over: what no node has is closed, and what no format has are bytes. */
  settle(graph: Graph): void {
    const named = new Set([...graph.nodes.values()].map((node) => exportOf(node)));
    const used = exportsInUse(graph);
    for (const [name, opened] of [...this.#exports]) {
      if (!named.has(name)) this.#close(name, opened);
      else if (opened.format !== null && opened.host !== null && !used.has(name)) {
        opened.storage.close();
        this.#put(name, opened.host.plain());
      }
    }
  }

  /** Closes all of them. */
  close(): void {
    for (const [name, opened] of [...this.#exports]) this.#close(name, opened);
  }

  #close(name: string, { storage, host }: LiveNbd): void {
    this.#exports.delete(name);
    for (const table of Object.values(this.#tables)) table.delete(name);
    storage.close();
    host?.close();
  }

  #put(name: string, opened: LiveNbd): void {
    const { images, lengths, facts, formats } = this.#tables;
    this.#exports.set(name, opened);
    images.set(name, opened);
    lengths.set(name, opened.storage.length);
    facts.set(name, opened.fact);
    if (opened.format === null) {
      formats.delete(name);
      return;
    }
    const latest = () => this.#exports.get(name)?.format;
    formats.set(name, formatNow(opened.format, latest));
  }
}

const NO_REOPEN = "Can't reopen read-only NBD mount as read/write";
