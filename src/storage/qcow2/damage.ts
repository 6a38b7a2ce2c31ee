/**
 * What is wrong with an image, found while it is opened, checked or used.
 */
import { BlockgraphError } from "../../error.ts";

/** A refusal to use an image, for that reason. `text` says what is wrong and what would help. */
export function unusable(name: string, text: string): BlockgraphError {
  return new BlockgraphError("image-unusable", `${name}: ${text}`);
}

/** Metadata that contradicts itself, met by a request: it ends with `EIO`. */
export class Damage extends Error {
  override readonly name = "Damage";
  readonly code = "EIO";
}

/** An image that cannot grow any further: the request ends with `ENOSPC`. */
export class Full extends Error {
  override readonly name = "Full";
  readonly code = "ENOSPC";
}

/**
 * Turns damage, and what the system says, into a refusal of the whole image.
 *
 * @throws BlockgraphError `image-unusable`
 */
export function orUnusable<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Damage) {
      throw unusable(name, `${error.message}: try \`qemu-img check -r all\` on a copy`);
    }
    if (error instanceof BlockgraphError || !(error instanceof Error && "code" in error))
      throw error;
    throw unusable(name, `cannot be read or written (${error.code}): check the file and its disk`);
  }
}
