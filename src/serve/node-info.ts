/**
 * What `query-named-block-nodes` tells of a node beyond what the graph knows: its image, what lies
 * behind it, how it caches (QEMU block/qapi.c, `bdrv_block_device_info`, `bdrv_query_image_info`).
 *
 * Limits: snapshots are not listed. Of limits, thresholds and encryption there is none here, which
 * is said as in QEMU.
 */
import { DRIVERS } from "../drivers/registry.ts";
import { Chains } from "../graph/chain.ts";
import {
  childEdges,
  filteredEdge,
  type Graph,
  type GraphNode,
  isJsonObject,
  type JsonObject,
} from "../graph/graph.ts";
import { explicitBelow } from "../graph/implicit.ts";
import { wholeSectors } from "../graph/length.ts";
import type { Profile } from "../graph/profile.ts";
import type { HeaderTold, ImageTold } from "./image-told.ts";
import { fileOf } from "./named-images.ts";
import { filenameOf } from "./node-filename.ts";

/** A graph, and what its images are. */
export interface Surroundings {
  readonly graph: Graph;
  readonly profile: Profile;
  /** null: it is none in a file */
  imageTold(name: string): ImageTold | null;
  /** the path of the backing file that an image names; null: it names none */
  behind(name: string): string | null;
}

const UNLIMITED = { iops: 0, iops_rd: 0, iops_wr: 0, bps: 0, bps_rd: 0, bps_wr: 0 };

/** @param flat whether images behind it are left out */
export function nodeInfo(node: GraphNode, around: Surroundings, flat: boolean): JsonObject {
  const { options } = node;
  const { direct, "no-flush": noFlush } = isJsonObject(options.cache) ? options.cache : {};
  const told = new Told(around);
  const backing = told.backing(node);
  return {
    ...UNLIMITED,
    file: told.filename(node),
    encrypted: false,
    write_threshold: 0,
    detect_zeroes: options["detect-zeroes"] ?? "off",
    cache: { writeback: true, direct: direct === true, "no-flush": noFlush === true },
    ...(backing !== null && { backing_file: backing }),
    ...told.chain(node, flat),
  };
}

class Told {
  readonly #around: Surroundings;
  readonly #chains: Chains;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#chains = new Chains(around.graph, DRIVERS);
  }

  filename(node: GraphNode): string {
    return filenameOf(this.#around.graph, node, (each) => this.#behind(each));
  }

  /** The name of what a node has behind it; null: nothing. */
  backing({ name }: GraphNode): string | null {
    const { graph } = this.#around;
    const edges = childEdges(graph, { kind: "node", name });
    const edge = edges.find(({ roles }) => roles.includes("cow"));
    const backing = graph.nodes.get(edge?.child ?? "");
    return backing === undefined ? null : this.filename(backing);
  }

  /** The image of a node, with those behind it inside, and how many these are. */
  chain(node: GraphNode, flat: boolean): JsonObject {
    const own = this.#image(node);
    const { graph } = this.#around;
    const link = this.#chains.link(node.name);
    const next = graph.nodes.get(explicitBelow(graph, link?.child ?? "") ?? "");
    if (flat || next === undefined) return { image: own, backing_file_depth: 0 };
    const { image = null, backing_file_depth: depth } = this.chain(next, flat);
    return {
      image: { ...own, "backing-image": image },
      backing_file_depth: Number(depth) + 1,
    };
  }

  #image(node: GraphNode): JsonObject {
    const header = this.#header(node);
    const clustered = this.#clustered(node);
    const allocated = this.#allocated(node);
    const behind = this.#behind(node);
    return {
      filename: this.filename(node),
      format: node.driver,
      "virtual-size": this.#length(node),
      ...(allocated !== null && { "actual-size": allocated }),
      ...clustered,
      ...(header !== null && { "format-specific": header.specific }),
      ...(node.driver === "file" &&
        this.#around.profile.inactiveNodes !== "none" && {
          "format-specific": { type: "file", data: {} },
        }),
      ...(header?.backing && {
        "backing-filename": header.backing.file,
        ...(behind !== null && { "full-backing-filename": behind }),
        ...(header.backing.format !== null && {
          "backing-filename-format": header.backing.format,
        }),
      }),
    };
  }

  /** That of a file below a format changes. */
  #length({ driver, options, length }: GraphNode): number {
    const told = driver === "file" ? this.#around.imageTold(String(options.filename)) : null;
    return wholeSectors(told?.file?.length ?? length ?? 0);
  }

  /** What its format says; null: it has none. */
  #header(node: GraphNode): HeaderTold | null {
    const image = this.#imageOf(node);
    return image === null ? null : (this.#around.imageTold(image)?.header ?? null);
  }

  #behind(node: GraphNode): string | null {
    const image = this.#imageOf(node);
    return image === null ? null : this.#around.behind(image);
  }

  /** The file that a node of a format takes for its image; null: it is none, or on none. */
  #imageOf({ name, driver }: GraphNode): string | null {
    return driver === "qcow2" ? fileOf(this.#around.graph, name) : null;
  }

  /** Of a format, and of what filters it, or has it as its bytes (`bdrv_get_info`). */
  #clustered(node: GraphNode): JsonObject {
    if (node.driver === "file") return { "dirty-flag": false };
    const header = this.#header(node);
    if (header !== null) return { "cluster-size": header.clusterSize, "dirty-flag": header.dirty };
    const { graph } = this.#around;
    const below = graph.nodes.get(filteredEdge(graph, node.name)?.child ?? "");
    return below === undefined || node.driver === "qcow2" ? {} : this.#clustered(below);
  }

  /** Bytes that it takes, with what is below but for backing files; null: nobody knows. */
  #allocated({ name, driver, options }: GraphNode): number | null {
    const { graph, imageTold } = this.#around;
    if (driver === "file") return imageTold(String(options.filename))?.file?.allocated ?? null;
    if (driver === "null-co") return 0;
    if (driver === "nbd") return null;
    const below = childEdges(graph, { kind: "node", name }).filter(
      ({ roles }) => !roles.includes("cow"),
    );
    const all = below.map(({ child }) => {
      const node = graph.nodes.get(child);
      return node === undefined ? null : this.#allocated(node);
    });
    return all.reduce((sum, each) => (sum === null || each === null ? null : sum + each), 0);
  }
}
