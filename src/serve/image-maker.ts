/**
 * Makes images while a live graph goes on: files, and qcow2 images in nodes that are there or come
 * for that alone (QEMU block/qcow2.c, `qcow2_co_create`).
 *
 * Limits: nothing is preallocated. An image is made in a file or an export, and in a raw node above
 * one.
 */
import { DRIVERS } from "../drivers/registry.ts";
import { BlockgraphError } from "../error.ts";
import { attach } from "../graph/edges.ts";
import { findDeviceOrNode } from "../graph/find-node.ts";
import type { Edge, JsonObject } from "../graph/graph.ts";
import { ALL_PERMISSIONS, CONSISTENT_READ, RESIZE, WRITE } from "../graph/permission.ts";
import { refreshPermissions } from "../graph/refresh.ts";
import { refuse } from "../graph/refuse.ts";
import { ROOT_ROLES } from "../graph/role.ts";
import { arriving } from "../graph/suspended.ts";
import { newQcow2 } from "../storage/qcow2/new-image.ts";
import {
  type FileCreation,
  type Qcow2Creation,
  qcow2Options,
  TOO_LARGE,
} from "./create-options.ts";
import type { LiveGraph } from "./live-graph.ts";
import { makeFile } from "./make-file.ts";
import { placeOf } from "./resized-images.ts";
import { systemText } from "./system-text.ts";

export class ImageMaker {
  readonly #live: LiveGraph;
  #nodes = 0;

  constructor(live: LiveGraph) {
    this.#live = live;
  }

  /** @throws BlockgraphError `graph-refused` in QEMU's words: it cannot be made */
  async make(creation: FileCreation | Qcow2Creation): Promise<void> {
    if (creation.driver === "file") makeFile(creation);
    else await this.#makeQcow2(creation);
  }

  async #makeQcow2(creation: Qcow2Creation): Promise<void> {
    const { file } = creation;
    if (typeof file === "string") {
      await this.#makeIn(file, creation);
      return;
    }
    const name = String(file["node-name"] ?? `blockdev-create-${this.#nodes++}`);
    await this.#done("blockdev-add", { ...file, "node-name": name });
    try {
      await this.#makeIn(name, creation);
    } finally {
      await this.#done("blockdev-del", { "node-name": name });
    }
  }

  async #makeIn(name: string, creation: Qcow2Creation): Promise<void> {
    const { graph } = this.#live.session;
    const node = findDeviceOrNode(graph, name);
    if (node.readOnly) throw refuse("Block node is read-only");
    this.#requireMine(node.name);
    const bytes = bytesOfImage(creation);
    const place = placeOf(graph, node.name);
    if (place === null) throw refuse(`An image cannot be made in a node of ${node.driver}`);
    if ((node.length ?? 0) < bytes.length) {
      await this.#done("block_resize", { "node-name": node.name, size: bytes.length });
    }
    const errno = await this.#live.writeImage(place.name, place.offset, bytes);
    if (errno !== null) throw refuse(`Could not write qcow2 header: ${systemText(errno)}`);
  }

  /** Whoever makes an image uses the node, and needs it for himself to write and to resize. */
  #requireMine(name: string): void {
    const { session, profile } = this.#live;
    const before = session.graph;
    const user: Edge = {
      parent: { kind: "backend", name: "blockdev-create" },
      ...{ child: name, name: "root", roles: ROOT_ROLES },
      ...{ perm: CONSISTENT_READ | WRITE | RESIZE, shared: ALL_PERMISSIONS },
    };
    const used = attach(before, arriving(before, user));
    refreshPermissions(used, [name], { drivers: DRIVERS, profile, before });
  }

  async #done(execute: string, args: JsonObject): Promise<void> {
    const { refusal } = await this.#live.execute({ execute, arguments: args });
    if (refusal !== null) throw refuse(refusal);
  }
}

function bytesOfImage(creation: Qcow2Creation): Buffer {
  const options = qcow2Options(creation);
  try {
    return newQcow2("image", options);
  } catch (error) {
    if (!(error instanceof BlockgraphError)) throw error;
    throw refuse(error.message.includes("too large") ? TOO_LARGE : error.message);
  }
}
