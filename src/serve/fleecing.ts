/**
 * A disk that is fleeced: served twice over NBD, to the guest that goes on writing it, and to
 * whoever wants to read it as it was when this began.
 *
 * It begins with the commands of fleecing-commands.ts, and ends when all that is in the graph by
 * then has been taken down; in between it is a live graph.
 */

import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";
import { rootNode } from "../graph/graph.ts";
import type { NbdExport } from "../nbd/export.ts";
import type { LiveNode } from "../system/live-node.ts";
import { countReplying } from "../system/replying.ts";
import type { Errno } from "../vocabulary.ts";
import { CacheKeeper } from "./cache-keeper.ts";
import {
  beginFleecing,
  CACHE,
  type FleecingPlan,
  GUEST,
  HOOK,
  KEEPER,
  spills,
  VIEW,
} from "./fleecing-commands.ts";
import { guardedExport } from "./guarded-export.ts";
import { liveExport } from "./live-export.ts";
import type { LiveGraph } from "./live-graph.ts";
import type { NbdListener } from "./nbd-listener.ts";
import { imageUnder } from "./resized-images.ts";
import { takeDown } from "./take-down.ts";
import { Traffic } from "./traffic.ts";

export interface FleecingOptions {
  readonly live: LiveGraph;
  readonly plan: FleecingPlan;
  readonly guest: NbdListener;
  readonly view: NbdListener;
  /** the first bytes of a disk that must not come to look like an image; null: it may */
  readonly probed: Buffer | null;
  /** Told of what a guest was not let write because of that. */
  refused(format: string): void;
  /** ms that only grow */
  now(): number;
  /** Told once if what is in memory cannot be moved to the cache's file. */
  full(errno: Errno): void;
}

/** How far fleecing is. */
export interface Saved {
  /** whose old data was saved, and bytes of them */
  readonly clusters: number;
  readonly bytes: number;
  /** clusters that the cache has now, and can have: in memory, if it is there */
  readonly cache: { readonly used: number; readonly room: number };
  /** clusters that memory was emptied of, to a file */
  readonly spilled: number;
  /** whether the view was given up */
  readonly broken: boolean;
}

export class Fleecing {
  readonly guest: Traffic;
  readonly view: Traffic;
  readonly #options: FleecingOptions;
  #keeper: CacheKeeper | null = null;
  /** the image of the disk, as nodes call it */
  #image: string | null = null;

  private constructor(options: FleecingOptions) {
    this.#options = options;
    this.guest = new Traffic(options.now);
    this.view = new Traffic(options.now);
  }

  /**
   * Puts hook, cache and view into the graph, and lets clients in.
   * @throws BlockgraphError `image-unusable` with QEMU's text if an image cannot be used
   */
  static async begin(options: FleecingOptions): Promise<Fleecing> {
    const fleecing = new Fleecing(options);
    const { live, plan, guest, view } = options;
    for (const command of beginFleecing(plan)) await obey(live, command);
    const { graph } = live.session;
    const { probed } = options;
    const own = liveExport(live, graph, GUEST);
    const refused = (format: string) => options.refused(format);
    const guarded = probed === null ? own : guardedExport(own, probed, refused);
    offer(guest, fleecing.guest.counting(guarded));
    offer(view, fleecing.view.counting(liveExport(live, graph, VIEW)));
    fleecing.#image = imageUnder(graph, HOOK);
    fleecing.#keep();
    return fleecing;
  }

  /** What was saved by now, and whether the view still stands. */
  get saved(): Saved {
    const { live, plan } = this.#options;
    const hook = live.session.execution.node(HOOK);
    const { clusterSize } = hook.description;
    const copied = countReplying(hook, "LOCATE", "IN_TARGET");
    if (plan.cache.kind === "file") {
      const cache = { used: copied, room: hook.clusters.length };
      return {
        clusters: copied,
        bytes: copied * clusterSize,
        cache,
        spilled: 0,
        broken: isBroken(hook),
      };
    }
    const node = live.session.execution.node(CACHE);
    const used = countReplying(node, "LOCATE", "IN_MEMORY");
    const spilled = spills(plan.cache) ? countReplying(node, "LOCATE", "IN_DISK") : 0;
    const broken = isBroken(node);
    // A cache that has given its image up takes what is copied, and does not keep it.
    const clusters = broken ? used + spilled : copied;
    const cache = { used, room: plan.cache.clusters };
    return { clusters, bytes: clusters * clusterSize, cache, spilled, broken };
  }

  /** The image that has what the guest writes, if somebody has put another one above its disk. */
  get movedTo(): string | null {
    const { graph } = this.#options.live.session;
    const image = imageUnder(graph, rootNode(graph, GUEST) ?? "");
    return image === null || image === this.#image ? null : image;
  }

  #keep(): void {
    const { live, plan, full } = this.#options;
    if (plan.cache.kind !== "memory" || !plan.cache.spills) return;
    const room = plan.cache.clusters;
    this.#keeper = new CacheKeeper({ live, through: KEEPER, cache: CACHE, room, failed: full });
  }

  /**
   * Lets all clients go, flushes, and takes out what was put in: the disk is the guest's again.
   * @returns what was saved in the end
   */
  async end(): Promise<Saved> {
    const { live, guest, view } = this.#options;
    await view.close();
    const { cache, spilled } = this.saved;
    await Promise.all([guest.close(), this.#forget()]);
    const saved = { ...this.saved, cache, spilled };
    await this.#keeper?.stop();
    await flushed(live);
    await takeDown(live);
    live.stop();
    return saved;
  }

  /**
   * Gives back all that was saved, now that nobody reads it: a guest's request may be waiting for
   * room in the cache, and only who reads makes some.
   */
  async #forget(): Promise<void> {
    const { live, plan } = this.#options;
    const through = spills(plan.cache) ? KEEPER : VIEW;
    if (plan.cache.kind !== "memory" || (through === VIEW && !plan.trim)) return;
    const { length } = live.session.execution.node(HOOK).description;
    await new Promise((resolve) => {
      live.submit({
        ...{ through, operation: "discard", offset: 0, length, buffer: null },
        done: resolve,
      });
    });
  }
}

/** Whether a node has given up the image of the point in time. */
function isBroken({ description, state }: LiveNode): boolean {
  return description.node?.replyTo(state, "CHECK") === "BROKEN";
}

/** Clients find it by its name, and without one. */
function offer(listener: NbdListener, offered: NbdExport): void {
  listener.add({ ...offered, name: "" });
  listener.add(offered);
}

async function obey(live: LiveGraph, command: QmpCommand): Promise<void> {
  const { refusal } = await live.execute(command);
  if (refusal === null) return;
  const what = command.arguments["node-name"] === CACHE ? "the cache" : "the disk";
  const remedy = /^Failed to get .* lock$/.test(refusal)
    ? `another program uses ${what}, or what lies behind it; end it first`
    : "see what the image is, and who may use it";
  throw new BlockgraphError("image-unusable", `${command.execute}: ${refusal}: ${remedy}`);
}

/** What the guest has written is on stable storage. */
async function flushed(live: LiveGraph): Promise<void> {
  const errno = await new Promise<string | null>((resolve) => {
    live.submit({
      ...{ through: GUEST, operation: "flush", offset: 0, length: 0, buffer: null },
      done: (outcome) => resolve(outcome.errno),
    });
  });
  if (errno === null) return;
  throw new BlockgraphError(
    "image-unusable",
    `the disk cannot be flushed (${errno}): what its guest has written last may be lost; ` +
      "check the disk below",
  );
}
