/**
 * What the first record of a log says of images, as rules of a session: how long they are, and of
 * those in a format which clusters are their own, and what is behind them.
 *
 * Where none is in a format nothing else is known of them, and no rule asks.
 */
import type { ImageFact } from "../graph/image-facts.ts";
import type { ImageRecord } from "../log/record.ts";
import type { ImageFormat, SystemRules } from "./system.ts";

export function loggedImages(
  images: readonly ImageRecord[],
): Pick<SystemRules, "images" | "facts" | "formats"> {
  const lengths = new Map(images.map(({ filename, length }) => [filename, length]));
  if (images.every(({ format }) => format === undefined)) return { images: lengths };
  const facts = new Map(images.map((image) => [image.filename, factOf(image)]));
  const formats = new Map(
    images.flatMap(({ filename, format }): [string, ImageFormat][] => {
      if (format === undefined) return [];
      return [[filename, { clusterSize: format["cluster-size"], own: () => format.own }]];
    }),
  );
  return { images: lengths, facts, formats };
}

function factOf({ length, format }: ImageRecord): ImageFact {
  if (format === undefined) return { length, header: null };
  const { backing, "file-length": bytes, "cluster-size": clusterSize } = format;
  return { length: bytes, header: { size: length, clusterSize, backing } };
}
