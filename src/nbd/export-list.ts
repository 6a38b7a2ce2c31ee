/**
 * The exports of a server by their names: looked up by clients, changed while they come and go.
 */
import { BlockgraphError } from "../error.ts";
import { PAYLOAD_MAX, STRING_MAX } from "./constants.ts";
import type { NbdExport } from "./export.ts";
import type { Catalog } from "./negotiation.ts";

/** bytes; the specification's bound for the smallest request ("Block size constraints") */
const MINIMUM_MAX = 64 * 1024;

export class ExportList implements Catalog {
  readonly #exports = new Map<string, NbdExport>();

  find(name: string): NbdExport | undefined {
    return this.#exports.get(name);
  }

  list(): Iterable<NbdExport> {
    return this.#exports.values();
  }

  /** @throws BlockgraphError `bad-argument`: the name is taken, or no client could be told of it */
  add(added: NbdExport): void {
    if (this.#exports.has(added.name)) {
      refuse(added, "there is an export of that name: remove it first, or choose another name");
    }
    requireTexts(added);
    requireSizes(added);
    this.#exports.set(added.name, added);
  }

  /** @throws BlockgraphError `bad-argument`: there is none */
  remove(name: string): NbdExport {
    const found = this.#exports.get(name);
    if (found === undefined) {
      throw new BlockgraphError("bad-argument", `there is no NBD export '${name}' to remove`);
    }
    this.#exports.delete(name);
    return found;
  }
}

function requireTexts(added: NbdExport): void {
  for (const text of [added.name, added.description, ...added.contexts]) {
    const bytes = Buffer.from(text, "utf8");
    if (bytes.length > STRING_MAX || bytes.includes(0) || bytes.toString("utf8") !== text) {
      refuse(added, `names and descriptions are at most ${STRING_MAX} bytes of UTF-8 without NUL`);
    }
  }
}

function requireSizes(added: NbdExport): void {
  const { size, blockSize } = added;
  const { minimum, preferred, maximum } = blockSize;
  if (![minimum, preferred].every(isPowerOfTwo) || minimum > MINIMUM_MAX) {
    refuse(added, `block sizes are powers of two, the smallest one ${MINIMUM_MAX} bytes at most`);
  }
  if (preferred < minimum || maximum < preferred || maximum % minimum !== 0) {
    refuse(added, "block sizes ascend from smallest to longest, and are multiples of the smallest");
  }
  if (maximum > PAYLOAD_MAX) refuse(added, `the longest payload is ${PAYLOAD_MAX} bytes at most`);
  if (!Number.isSafeInteger(size) || size < 0 || size % minimum !== 0) {
    refuse(added, `a size is a number of bytes, and a multiple of ${minimum}`);
  }
}

function isPowerOfTwo(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0 && Number.isInteger(Math.log2(value));
}

function refuse({ name }: NbdExport, reason: string): never {
  throw new BlockgraphError("bad-argument", `NBD export '${name}' refused: ${reason}`);
}
