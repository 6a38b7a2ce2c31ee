/**
 * A free run on a medium that takes its time: time-outs by the clock, waiting guests woken, faults
 * of the medium recorded, and nothing stuck.
 */
import { describe, expect, test } from "vitest";
import { guestOnDisk, startFleecing, stopFleecing } from "../../models/graph.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { bypass } from "../../src/chart/mutate.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { type ImageSet, imagesInMemory, type RunImage } from "../../src/run/image-set.ts";
import { runModel } from "../../src/run/run-model.ts";
import type { StorageRequest } from "../../src/storage/storage.ts";
import type { Actor, Model, Mutant, Phase } from "../../src/system/model.ts";
import { seededSchedule } from "../../src/system/schedule.ts";
import { requireReplays } from "../properties/judge.ts";

const CLUSTER = 4096;

function model(hook: JsonObject, actors: readonly Actor[]): Model {
  return {
    name: "slow",
    title: "A slow cache",
    idea: "What happens when the cache does not answer.",
    profile: "proposed",
    clusterSize: CLUSTER,
    images: [
      {
        filename: "disk.raw",
        length: 4 * CLUSTER,
        content: [{ offset: 0, length: 4 * CLUSTER, fill: { byte: 0x11 } }],
      },
      { filename: "cache.raw", length: 4 * CLUSTER, content: [] },
    ],
    phases: [
      { kind: "commands", commands: [...guestOnDisk, ...startFleecing(["reader"], hook)] },
      { kind: "concurrent", actors },
      { kind: "commands", commands: stopFleecing(["reader"]) },
    ],
    properties: [],
    expected: { verdict: "holds" },
    mutants: [],
  };
}

const guestWrites: Actor = {
  name: "guest",
  through: "guest",
  requests: [{ operation: "write", offset: 0, length: CLUSTER, data: { byte: 0xaa } }],
};

/** Holds back, or fails, the writes to the cache. */
function withCache(images: ImageSet, onWrite: (request: StorageRequest) => void): ImageSet {
  const cache = images.get("cache.raw");
  if (cache === undefined) throw new Error("there is no cache");
  const { storage } = cache;
  const changed: RunImage = {
    read: cache.read,
    storage: {
      name: storage.name,
      length: storage.length,
      submit: (request) =>
        request.operation === "write" ? onWrite(request) : storage.submit(request),
      kick: () => storage.kick(),
      close: () => storage.close(),
    },
  };
  return new Map(images).set("cache.raw", changed);
}

async function run(design: Model, images: ImageSet) {
  const log = new MemoryLog();
  const session = await runModel(design, {
    images,
    properties: [...PROPERTIES.values()],
    mutant: null,
    order: "free",
    schedule: seededSchedule(0),
    sink: log,
    dumped: () => {},
  });
  const ends = log.records.flatMap((record) => (record.kind === "done" ? [record.errno] : []));
  return { log, ends, violations: session.monitor.violations };
}

describe("a free run", () => {
  test("fails a guest whose copy outlasts cbw-timeout, and lets the copy end", async () => {
    const design = model({ "cbw-timeout": 1 }, [guestWrites]);
    const images = imagesInMemory(design.images);
    const slow = withCache(images, (request) => {
      setTimeout(() => {
        images.get("cache.raw")?.storage.submit(request);
        images.get("cache.raw")?.storage.kick();
      }, 1500);
    });
    const { log, ends, violations } = await run(design, slow);
    expect(ends).toEqual(["ETIMEDOUT"]);
    expect(violations).toEqual([]);
    requireReplays("timeout", log);
  });

  test("records what the medium failed, so that the log replays", async () => {
    const design = model({}, [guestWrites, { ...guestWrites, name: "again" }]);
    let failures = 1;
    const images = imagesInMemory(design.images);
    const full = withCache(images, (request) => {
      if (failures-- > 0) {
        setImmediate(() => request.done({ errno: "ENOSPC", status: null, bytes: 0 }));
      } else images.get("cache.raw")?.storage.submit(request);
    });
    const { log, ends, violations } = await run(design, full);
    expect(ends).toContain("ENOSPC");
    expect(violations).toEqual([]);
    expect(log.records.some(({ kind }) => kind === "fault")).toBe(true);
    requireReplays("faults", log);
  });

  test("rejects with the model's refused command", async () => {
    const design = model({ "on-cbw-error": "explode" }, []);
    const images = imagesInMemory(design.images);
    await expect(run(design, images)).rejects.toThrow(
      "blockdev-add was refused: Parameter 'on-cbw-error' does not accept value 'explode'",
    );
  });

  test("rejects a request beyond the end before anything is written", async () => {
    const beyond: Actor = {
      name: "guest",
      through: "guest",
      requests: [{ operation: "read", offset: 4 * CLUSTER, length: 1 }],
    };
    const design = model({}, [beyond]);
    await expect(run(design, imagesInMemory(design.images))).rejects.toThrow(
      /read of 1 bytes at 16384 through 'guest': the node ends at byte 16384/,
    );
  });
});

describe("a free run that cannot go on", () => {
  const cluster = { offset: 0, length: CLUSTER };
  const neverLetsGo: Mutant = {
    name: "never-lets-go",
    statement: "a view read of the target never releases its clusters",
    caughtBy: "",
    mutation: {
      driver: "copy-before-write",
      change: (charts) => {
        const read = charts.requests["snapshot-read"];
        if (read === undefined) return charts;
        const changed = bypass(read, "letting go", "OK");
        return { ...charts, requests: { ...charts.requests, "snapshot-read": changed } };
      },
    },
  };

  test("says so, also if nothing could even begin", async () => {
    const reader = (operation: "read" | "discard"): Phase => ({
      kind: "concurrent",
      actors: [{ name: "reader", through: "reader", requests: [{ operation, ...cluster }] }],
    });
    const [first, , last] = model({}, []).phases;
    if (first === undefined || last === undefined) throw new Error("the model has three phases");
    const design: Model = {
      ...model({}, []),
      mutants: [neverLetsGo],
      phases: [
        first,
        { kind: "concurrent", actors: [guestWrites] },
        reader("read"),
        reader("discard"),
        last,
      ],
    };
    const ended = runModel(design, {
      images: imagesInMemory(design.images),
      properties: [],
      mutant: neverLetsGo,
      order: "free",
      schedule: seededSchedule(0),
      sink: null,
      dumped: () => {},
    });
    await expect(ended).rejects.toThrow(/nothing can go on: agent \d+ in copy-before-write/);
  });

  test("reports an error of the log once the images have answered", async () => {
    const design = model({}, [{ ...guestWrites, depth: 1 }]);
    const images = imagesInMemory(design.images);
    const log = new MemoryLog();
    const ended = runModel(design, {
      images,
      properties: [],
      mutant: null,
      order: "free",
      schedule: seededSchedule(0),
      sink: {
        append: (body) => {
          if (body.kind === "step") throw new Error("the log is full");
          return log.append(body);
        },
      },
      dumped: () => {},
    });
    await expect(ended).rejects.toThrow("the log is full");
    for (const { storage } of images.values()) storage.close();
  });
});
