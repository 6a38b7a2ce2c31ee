/**
 * Whether the refcounts of an image are what its tables say: what `qemu-img check` finds, found by
 * other code (QEMU block/qcow2-refcount.c, `qcow2_check_refcounts`).
 *
 * A *leak* is a host cluster with more users than there are: space lost, and nothing else. A
 * *corruption* is anything by which data may be lost. It reads the file only; who has it open for
 * writing may not have written everything.
 */
import fs from "node:fs";
import { basename } from "node:path";
import { orRefuse } from "../file-refusal.ts";
import { orUnusable } from "./damage.ts";
import { type Geometry, geometryOf } from "./geometry.ts";
import { type Header, readHeader } from "./header.ts";
import { type HostFile, OpenedFile } from "./host-file.ts";
import { isCopied } from "./l2-entry.ts";
import { getRefcount } from "./refcount-bits.ts";
import { countReferences, entriesOf, offsetOf } from "./references.ts";
import type { UseCounts } from "./use-counts.ts";

export interface CheckResult {
  readonly corruptions: number;
  /** host clusters */
  readonly leaks: number;
  /** what was found, a line each; the first hundred */
  readonly findings: readonly string[];
}

const FINDINGS_MAX = 100;

/**
 * @throws BlockgraphError `image-unusable` if it cannot be checked
 */
export function checkQcow2(path: string): CheckResult {
  const fd = orRefuse(path, () =>
    fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK),
  );
  const host = new OpenedFile(fd);
  try {
    return checkQcow2On(host, basename(path));
  } finally {
    host.close();
  }
}

/** The same for any host file. */
export function checkQcow2On(host: HostFile, name: string): CheckResult {
  return orUnusable(name, () => new Check(host, readHeader(host, name), name).run());
}

class Check {
  readonly #host: HostFile;
  readonly #header: Header;
  readonly #geometry: Geometry;
  readonly #uses: UseCounts;
  readonly #findings: string[] = [];
  readonly #blocks: readonly number[];
  #block: { readonly index: number; readonly bytes: Buffer } | null = null;
  #corruptions = 0;
  #leaks = 0;

  constructor(host: HostFile, header: Header, name: string) {
    this.#host = host;
    this.#header = header;
    this.#geometry = geometryOf(header.clusterBits, header.refcountOrder);
    const corrupt = (text: string) => this.#corrupt(text);
    const { uses, blocks } = countReferences(host, header, name, corrupt);
    this.#uses = uses;
    this.#blocks = blocks;
  }

  run(): CheckResult {
    const { l1Offset, l1Entries } = this.#header;
    this.#compare();
    this.#checkCopied(l1Offset, l1Entries);
    return { corruptions: this.#corruptions, leaks: this.#leaks, findings: this.#findings };
  }

  #corrupt(text: string): void {
    this.#corruptions++;
    this.#say(`ERROR ${text}`);
  }

  #say(text: string): void {
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push(text);
  }

  #read(offset: number, length: number): Buffer {
    return this.#host.readNow(offset, length);
  }

  #compare(): void {
    for (let cluster = 0; cluster < this.#uses.clusters; cluster++) {
      const [refcount, reference] = [this.#refcount(cluster), this.#uses.of(cluster)];
      if (refcount === reference) continue;
      const text = `cluster ${cluster} refcount=${refcount} reference=${reference}`;
      if (refcount < reference) {
        this.#corrupt(text);
      } else {
        this.#leaks++;
        this.#say(`Leaked ${text}`);
      }
    }
  }

  /** The flags of the active tables must say which clusters have one user. */
  #checkCopied(offset: number, entries: number): void {
    const { clusterSize } = this.#geometry;
    const l1 = this.#read(offset, entries * 8);
    for (const { entry, index } of entriesOf(l1)) {
      const table = offsetOf(entry);
      if (table === 0) continue;
      if (isCopied(l1, index) !== (this.#refcountAt(table) === 1)) {
        this.#corrupt(`OFLAG_COPIED L2 cluster: l1_index=${index}`);
      }
      if (table >= this.#host.size) continue;
      const l2 = this.#read(table, clusterSize);
      for (const { entry: data, index: at } of entriesOf(l2)) {
        const place = offsetOf(data);
        if (place === 0 || (data >> 62n) & 1n) continue;
        if (isCopied(l2, at) !== (this.#refcountAt(place) === 1)) {
          this.#corrupt(`OFLAG_COPIED data cluster: l2_entry=${data.toString(16)}`);
        }
      }
    }
  }

  #refcountAt(offset: number): number {
    return this.#refcount(Math.floor(offset / this.#geometry.clusterSize));
  }

  #refcount(cluster: number): number {
    const { blockEntries, clusterSize, refcountBits } = this.#geometry;
    const index = Math.floor(cluster / blockEntries);
    const offset = this.#blocks[index] ?? 0;
    if (offset === 0) return 0;
    if (this.#block?.index !== index) {
      this.#block = { index, bytes: this.#read(offset, clusterSize) };
    }
    return getRefcount(this.#block.bytes, cluster % blockEntries, refcountBits);
  }
}
