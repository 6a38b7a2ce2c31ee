/**
 * The implementation does what the model's charts do and nothing else: every sequence of metadata
 * writes, data writes, holes and flushes that it makes of its file, with the requests that they are
 * for, is a path of the model (models/qcow2-charts.ts). So what was checked of the model holds of
 * it; whoever changes the order here has to change it there, and check that again.
 *
 * Said of requests of whole clusters, of images with one L2 table and no snapshots. What the model
 * leaves out (new tables, parts of clusters, snapshots) is the business of crash.test.ts.
 */
import { setImmediate } from "node:timers/promises";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { qcow2DiscardRace } from "../../../models/qcow2-discard-race.ts";
import { lowerFormat } from "../../../src/check/lower/format.ts";
import { createQcow2On } from "../../../src/storage/qcow2/create.ts";
import { readHeader } from "../../../src/storage/qcow2/header.ts";
import type { HostFile } from "../../../src/storage/qcow2/host-file.ts";
import { openQcow2On } from "../../../src/storage/qcow2/open.ts";
import { openQcow2Image } from "../../../src/storage/qcow2/open-image.ts";
import { designOf } from "../../../src/system/sketch.ts";
import { explored } from "../../support/exploration.ts";
import { ask, askNow } from "../ask.ts";
import { MemoryHost } from "./memory-host.ts";
import { type FollowedRequest, ModelFollower, type VisibleFile } from "./model-follower.ts";
import { dice } from "./power-cut.ts";

const CLUSTER = 512;
const GUESTS = 2;
/** so many that there is always a free one: the implementation makes the file longer instead */
const HOSTS = 8;
const VALUES = 3;

const program = lowerFormat(
  {
    ...designOf(qcow2DiscardRace, { guests: GUESTS, hosts: 4, writers: 3, readers: 1 }),
    hosts: { ...designOf(qcow2DiscardRace).hosts, count: HOSTS },
    values: VALUES,
    promises: [],
  },
  [],
);

/** An image whose disk has its L2 table, and host clusters that are free. */
async function prepare(): Promise<{ readonly before: Buffer; readonly hosts: readonly number[] }> {
  const host = new MemoryHost();
  createQcow2On(host, "image", { size: GUESTS * CLUSTER, clusterSize: CLUSTER });
  const storage = openQcow2On(host, "image", { unmap: true });
  await askNow(storage, "write", 0, GUESTS * CLUSTER, Buffer.alloc(GUESTS * CLUSTER, 1));
  await askNow(storage, "discard", 0, GUESTS * CLUSTER);
  storage.close();
  const all = Array.from({ length: 100 }, (_, cluster) => cluster);
  const hosts = all.filter((cluster) => refcountOf(host, cluster) === 0).slice(0, HOSTS);
  return { before: host.content(), hosts };
}

function refcountOf(host: HostFile, cluster: number): number {
  const { refcountTableOffset } = readHeader(host, "image");
  const block = Number(host.readNow(refcountTableOffset, 8).readBigUInt64BE());
  return host.readNow(block, CLUSTER).readUInt16BE(cluster * 2);
}

function visibleIn(host: HostFile, hosts: readonly number[]): VisibleFile {
  const { mapping } = openQcow2Image(host, "image", { readOnly: true }).image;
  const places = Array.from({ length: GUESTS }, (_, at) => mapping.entry(at).offset / CLUSTER);
  return {
    entries: places.map((place) => (place === 0 ? HOSTS : hosts.indexOf(place))),
    refcounts: hosts.map((cluster) => refcountOf(host, cluster)),
    contents: hosts.map((cluster) => host.readNow(cluster * CLUSTER, 1)[0] ?? 0),
  };
}

interface Sent extends FollowedRequest {
  /** whether everything sent before ends first */
  readonly alone: boolean;
}

const address = fc.nat(GUESTS - 1);
const alone = fc.boolean();
const write = fc.record({
  actor: fc.constant("writer" as const),
  address,
  value: fc.integer({ min: 1, max: VALUES }),
  alone,
});
const discard = fc.record({
  actor: fc.constant("discarder" as const),
  address,
  value: fc.constant(0),
  alone,
});
const flush = fc.record({
  actor: fc.constant("commit" as const),
  address: fc.constant(0),
  value: fc.constant(0),
  alone,
});
const requests = fc.array(fc.oneof({ weight: 3, arbitrary: write }, discard, flush), {
  minLength: 1,
  maxLength: 14,
  size: "max",
});

/** A host file that takes its time, and tells a follower what is done to it. */
class FollowedHost extends MemoryHost {
  readonly #follower: ModelFollower;
  readonly #hosts: readonly number[];
  readonly #roll: () => number;
  following = true;

  constructor(
    content: Uint8Array,
    follower: ModelFollower,
    hosts: readonly number[],
    roll: () => number,
  ) {
    super(content);
    this.#roll = roll;
    this.#follower = follower;
    this.#hosts = hosts;
  }

  override async write(offset: number, buffers: readonly Uint8Array[]): Promise<void> {
    await this.#pause();
    await super.write(offset, buffers);
    await this.#pause();
  }

  override async sync(): Promise<void> {
    await this.#pause();
    await super.sync();
    await this.#pause();
  }

  override stepNow(step: Parameters<MemoryHost["stepNow"]>[0]): void {
    super.stepNow(step);
    if (!this.following) return;
    if (step.kind === "sync") this.#follower.flushes();
    else this.#follower.changes(visibleIn(this, this.#hosts));
  }

  async #pause(): Promise<void> {
    for (let turns = this.#roll() % 20; turns > 0; turns--) await setImmediate();
  }
}

/** Sends the requests to an image and has the model follow. */
async function follow(sent: readonly Sent[], seed: number): Promise<void> {
  const { before, hosts } = await prepare();
  const follower = new ModelFollower(program);
  const file = new FollowedHost(before, follower, hosts, dice(seed));
  const storage = openQcow2On(file, "image", { unmap: true });
  let under: Promise<void>[] = [];
  let flushed = Promise.resolve();
  for (const { actor, address, value, alone } of sent) {
    if (actor === "commit") await flushed;
    // As many as the model has writers.
    if (alone || under.length === 3) {
      await Promise.all(under);
      under = [];
    }
    const content = (address * VALUES + value) % 256;
    const number = follower.begins({ actor, address, value });
    const outcome =
      actor === "writer"
        ? ask(storage, "write", address * CLUSTER, CLUSTER, Buffer.alloc(CLUSTER, content))
        : actor === "discarder"
          ? ask(storage, "discard", address * CLUSTER, CLUSTER)
          : ask(storage, "flush");
    const ended = outcome.then(({ errno }) => {
      expect(errno).toBe(null);
      follower.ends(number);
    });
    under.push(ended);
    if (actor === "commit") flushed = ended;
    storage.kick();
  }
  await Promise.all(under);
  // To close is more than the model says: it commits until nothing is left to be released.
  file.following = false;
  storage.close();
}

test("the model has every path that the implementation takes", async () => {
  await fc.assert(fc.asyncProperty(requests, fc.nat(), follow), explored(40));
});
