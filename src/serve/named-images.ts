/**
 * The images that a command names: those of the nodes that it defines, wherever in its arguments,
 * and those that a new node of a format is put above.
 */
import { type Graph, isJsonObject, type JsonObject, type JsonValue } from "../graph/graph.ts";

/** An image, and how its bytes are to be taken. */
export interface NamedImage {
  readonly filename: string;
  readonly format: "raw" | "qcow2";
  /** whether its node says that it is only read */
  readonly readOnly: boolean;
  /** whether the node above it has no word about a backing file, so that the header's counts */
  readonly backed: boolean;
  /** of a format: whether space that it does not use any more is given back to the file */
  readonly unmap: boolean;
}

const FORMAT = "qcow2";

export function imagesNamedIn(given: JsonValue, graph: Graph): NamedImage[] {
  if (typeof given !== "object" || given === null) return [];
  if (Array.isArray(given)) return given.flatMap((each) => imagesNamedIn(each, graph));
  const { driver, filename, file } = given;
  if (driver === "file" && typeof filename === "string") {
    const readOnly = given["read-only"] === true;
    return [{ filename, format: "raw", readOnly, backed: false, unmap: false }];
  }
  const named = Object.values(given).flatMap((each) => imagesNamedIn(each, graph));
  return driver === FORMAT ? [...formatted(given, file, graph), ...named] : named;
}

/** The image of a node of a format, whose file is defined inline or is there already. */
function formatted(node: JsonObject, file: JsonValue | undefined, graph: Graph): NamedImage[] {
  const below = typeof file === "string" ? graph.nodes.get(file)?.options : inlineFile(file);
  if (typeof below?.filename !== "string") return [];
  return [
    {
      ...{ filename: below.filename, format: FORMAT, readOnly: node["read-only"] === true },
      backed: !("backing" in node),
      // Both have to let discards through (QEMU BDRV_O_UNMAP).
      unmap: node.discard === "unmap" && below.discard === "unmap",
    },
  ];
}

function inlineFile(file: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(file) && file.driver === "file" ? file : undefined;
}

/** The files whose bytes a node of a format takes for its own. */
export function formattedFiles({ nodes, edges }: Graph): Set<string> {
  const files = edges.flatMap(({ parent, child, name }) => {
    const isFormat = parent.kind === "node" && nodes.get(parent.name)?.driver === FORMAT;
    return isFormat && name === "file" ? [nodes.get(child)?.options.filename] : [];
  });
  return new Set(files.filter((filename) => typeof filename === "string"));
}

/** The files of nodes that somebody uses. */
export function filesInUse({ nodes, edges }: Graph): Set<string> {
  const files = edges.map(({ child }) => nodes.get(child)?.options.filename);
  return new Set(files.filter((filename) => typeof filename === "string"));
}
