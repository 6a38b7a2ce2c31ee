/**
 * The images that a command names: those of the nodes that it defines, wherever in its arguments,
 * and those that a new node of a format is put above.
 */
import { nbd } from "../drivers/nbd/driver.ts";
import { imageNameOf } from "../drivers/nbd/image-name.ts";
import { type NbdOptions, nbdOptions } from "../drivers/nbd/options.ts";
import {
  childNamed,
  type Graph,
  type GraphNode,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from "../graph/graph.ts";
import { isRefusal } from "../graph/refuse.ts";

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
  const { driver, filename, file, "snapshot-file": overlay } = given;
  if (typeof overlay === "string") {
    const rest = { readOnly: false, backed: false, unmap: false };
    return [{ filename: overlay, format: FORMAT, ...rest }];
  }
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

/** The exports that node definitions name, wherever in the arguments of a command, by image. */
export function exportsNamedIn(given: JsonValue): Map<string, NbdOptions> {
  if (typeof given !== "object" || given === null) return new Map();
  const inner = Object.values(given).flatMap((each) => [...exportsNamedIn(each)]);
  const own = Array.isArray(given) ? undefined : optionsOfExport(given);
  return new Map(own === undefined ? inner : [...inner, [imageNameOf(own), own]]);
}

/** Whether a node that is defined so is on an export. */
function isNbd(given: JsonValue | undefined): given is JsonObject {
  return isJsonObject(given) && given.driver === nbd.name;
}

/** What the graph will refuse anyway is not connected to. */
function optionsOfExport(given: JsonObject): NbdOptions | undefined {
  if (!isNbd(given)) return undefined;
  const { driver: _, "node-name": __, ...options } = given;
  try {
    nbd.checked?.(options, undefined);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
  const parsed = nbdOptions.safeParse(options);
  return parsed.success ? parsed.data : undefined;
}

/** An export that holds an image in a format, and how that is to be taken. */
export interface FormattedExport {
  readonly options: NbdOptions;
  /** as of a {@link NamedImage} */
  readonly readOnly: boolean;
  readonly backed: boolean;
  readonly unmap: boolean;
}

/** The exports that new nodes of a format are put above. */
export function formattedExportsIn(given: JsonValue, graph: Graph): FormattedExport[] {
  if (typeof given !== "object" || given === null) return [];
  const inner = Object.values(given).flatMap((each) => formattedExportsIn(each, graph));
  if (Array.isArray(given) || given.driver !== FORMAT) return inner;
  const { file } = given;
  const below = typeof file === "string" ? graph.nodes.get(file) : undefined;
  const defined = below === undefined ? (file ?? null) : { ...below.options, driver: below.driver };
  const options = isJsonObject(defined) ? optionsOfExport(defined) : undefined;
  if (options === undefined) return inner;
  const unmap = given.discard === "unmap" && options.discard === "unmap";
  const readOnly = given["read-only"] === true;
  return [{ options, readOnly, backed: !("backing" in given), unmap }, ...inner];
}

/** The file that a node takes for an image; null: none, or there is something between. */
export function fileOf(graph: Graph, name: string): string | null {
  const { driver, options }: Partial<GraphNode> = childNamed(graph, name, "file") ?? {};
  const filename = options?.filename;
  return driver === "file" && typeof filename === "string" ? filename : null;
}

/** The export that a node is on, as an image; null: it is on none. */
export function exportOf(node: GraphNode | undefined): string | null {
  return node?.driver === nbd.name ? (nbd.known?.(node.options) ?? null) : null;
}

/** The exports of nodes that somebody uses. */
export function exportsInUse({ nodes, edges }: Graph): Set<string> {
  const all = edges.map(({ child }) => exportOf(nodes.get(child)));
  return new Set(all.filter((name) => name !== null));
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
