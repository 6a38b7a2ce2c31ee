/**
 * Runs requests on an image in memory that remembers what is done to its file, and makes the file
 * that a crash at some moment leaves: with everything up to the last line that a sync drew, and
 * with any part of what was written after it.
 */
import * as fc from "fast-check";
import { checkQcow2On } from "../../../src/storage/qcow2/check.ts";
import type { HostStep } from "../../../src/storage/qcow2/host-file.ts";
import { openQcow2On } from "../../../src/storage/qcow2/open.ts";
import { ask } from "../ask.ts";
import { contentIn } from "./content-of.ts";
import { MemoryHost } from "./memory-host.ts";

export interface Change {
  readonly operation: "write" | "discard" | "write-zeroes" | "flush";
  readonly offset: number;
  readonly length: number;
  /** wait until all before it is done; a flush always does */
  readonly wait: boolean;
}

/** Up to 25 changes of a disk of that many bytes. */
export function programsFor(size: number): fc.Arbitrary<Change[]> {
  return fc.array(
    fc.record({
      operation: fc.constantFrom(
        ...(["write", "write", "write", "discard", "write-zeroes", "flush"] as const),
      ),
      offset: fc.nat(size - 1),
      length: fc.oneof(fc.nat(2000), fc.nat(size)),
      wait: fc.boolean(),
    }),
    { minLength: 1, maxLength: 25, size: "max" },
  );
}

/** Numbers below 1000, from a seed. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % 1000;
  };
}

/** What was done to the file, and what may stand in each byte of the disk. */
export interface Recording {
  readonly before: Buffer;
  readonly steps: readonly HostStep[];
  /** from that number of steps on: for each byte, a bit for each value that it may have */
  readonly allowed: readonly { readonly from: number; readonly values: Uint32Array }[];
}

/**
 * @param before an image, of bytes below 32
 * @param program writes bytes 1, 2 and so on, 31 at most
 */
export async function record(before: Buffer, program: readonly Change[]): Promise<Recording> {
  const host = new MemoryHost(before, true);
  const storage = openQcow2On(host, "image", { cacheTables: 4, unmap: true });
  const content = contentIn(host);
  let values = Uint32Array.from(content, (byte) => 1 << byte);
  const allowed = [{ from: 0, values }];
  let under: Promise<unknown>[] = [];
  let fill = 0;
  for (const { operation, offset, length, wait } of program) {
    const flush = operation === "flush";
    const [start, bytes] = flush ? [0, 0] : [offset, Math.min(length, storage.length - offset)];
    const buffer = operation === "write" ? Buffer.alloc(bytes, ++fill) : null;
    content.fill(buffer === null ? 0 : fill, start, start + bytes);
    for (let at = start; at < start + bytes; at++) {
      values[at] = (values[at] ?? 0) | (1 << (content[at] ?? 0));
    }
    under.push(ask(storage, operation, start, bytes, buffer));
    storage.kick();
    if (!wait && !flush) continue;
    await Promise.all(under);
    under = [];
    if (!flush) continue;
    values = Uint32Array.from(content, (byte) => 1 << byte);
    allowed.push({ from: host.steps?.length ?? 0, values });
  }
  await Promise.all(under);
  storage.close();
  return { before, steps: host.steps ?? [], allowed };
}

/**
 * The file after a crash.
 *
 * @param at steps that were done, or begun
 * @param keep whether a step after the last sync got into the file
 */
export function crashed(
  { before, steps }: Recording,
  at: number,
  keep: (index: number) => boolean,
): MemoryHost {
  const host = new MemoryHost(before);
  const done = steps.slice(0, at);
  const line = done.findLastIndex(({ kind }) => kind === "sync");
  for (const [index, step] of done.entries()) {
    if (index <= line || keep(index)) host.stepNow(step);
  }
  return host;
}

/** What is wrong after a crash when that number of steps was done. */
export function faultsAfter({ allowed }: Recording, at: number, host: MemoryHost): string[] {
  const { corruptions, findings } = checkQcow2On(host, "image");
  if (corruptions > 0) return [...findings];
  const values = allowed.findLast(({ from }) => from <= at)?.values ?? new Uint32Array();
  const content = contentIn(host);
  const wrong = content.findIndex((byte, index) => ((values[index] ?? 0) & (1 << byte)) === 0);
  return wrong < 0 ? [] : [`byte ${wrong} is ${content[wrong]}`];
}
