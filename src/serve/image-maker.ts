/**
 * Makes images while a live graph goes on: files, and qcow2 images in nodes that are there or come
 * for that alone (QEMU block/file-posix.c, `raw_co_create`; block/qcow2.c, `qcow2_co_create`).
 *
 * Limits: preallocation is `off`, for files also `full`, which writes zeros, as `falloc` does. An
 * image is made in a file or an export, and in a raw node above one.
 */
import fs from "node:fs";
import { DRIVERS } from "../drivers/registry.ts";
import { BlockgraphError } from "../error.ts";
import { attach } from "../graph/edges.ts";
import { collision } from "../graph/file-locks.ts";
import { findDeviceOrNode } from "../graph/find-node.ts";
import type { Edge, JsonObject } from "../graph/graph.ts";
import { ALL_PERMISSIONS, CONSISTENT_READ, RESIZE, WRITE } from "../graph/permission.ts";
import { bytesOf } from "../graph/qapi-integer.ts";
import { refreshPermissions } from "../graph/refresh.ts";
import { refuse } from "../graph/refuse.ts";
import { ROOT_ROLES } from "../graph/role.ts";
import { arriving } from "../graph/suspended.ts";
import { FileLock } from "../storage/file-lock.ts";
import { newQcow2 } from "../storage/qcow2/new-image.ts";
import {
  type FileCreation,
  type Qcow2Creation,
  qcow2Options,
  TOO_LARGE,
} from "./create-options.ts";
import type { LiveGraph } from "./live-graph.ts";
import { placeOf } from "./resized-images.ts";
import { systemText } from "./system-text.ts";

/** bytes written at once */
const PIECE = 1024 * 1024;
const EDGE = 2n ** 63n;

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

/** What is there already is emptied, unless somebody minds. */
function makeFile({ filename, preallocation, ...given }: FileCreation): void {
  const size = bytesOf(given.size);
  const { O_RDWR, O_CREAT } = fs.constants;
  let fd = -1;
  try {
    fd = fs.openSync(filename, O_RDWR | O_CREAT, 0o644);
  } catch (error) {
    throw refuse(`Could not create '${filename}': ${textOf(error)}`);
  }
  try {
    requireUnlocked(filename);
    if (preallocation === "metadata") throw refuse("Unsupported preallocation mode: metadata");
    resize(fd, 0n);
    resize(fd, size);
    if (preallocation !== "off") fill(fd, Number(size));
  } finally {
    fs.closeSync(fd);
  }
}

function requireUnlocked(filename: string): void {
  const lock = new FileLock(filename);
  try {
    const { required, refused } = lock.others();
    const others = { perm: required, shared: ALL_PERMISSIONS & ~refused };
    const mine = { perm: WRITE | RESIZE, shared: ALL_PERMISSIONS & ~RESIZE };
    const text = collision(mine, [others]);
    if (text !== null) throw refuse(text);
  } finally {
    lock.close();
  }
}

function resize(fd: number, size: bigint): void {
  try {
    // The system takes sizes with a sign.
    if (size >= EDGE) throw Object.assign(new Error("negative"), { code: "EINVAL" });
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw Object.assign(new Error("too large"), { code: "EFBIG" });
    }
    fs.ftruncateSync(fd, Number(size));
  } catch (error) {
    throw refuse(`Could not resize file: ${textOf(error)}`);
  }
}

function fill(fd: number, size: number): void {
  const zeros = Buffer.alloc(Math.min(PIECE, size));
  try {
    for (let at = 0; at < size; ) at += fs.writeSync(fd, zeros, 0, Math.min(PIECE, size - at), at);
  } catch (error) {
    throw refuse(`Could not write zeros for preallocation: ${textOf(error)}`);
  }
}

function textOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return systemText(code) ?? "Input/output error";
}
