/**
 * What backups and hooks can be told about how they copy, beside the daemons that there are:
 * `x-perf`, `discard-source` and `min-cluster-size`, in every order of mistakes.
 *
 * A random case is a sequence of commands, most with several options that may be wrong; after each
 * both sides must say the same, and have the same edges with the same masks. The cases are the same
 * in every run (fixed seed).
 */
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect } from "vitest";
import { DRIVERS } from "../../src/drivers/registry.ts";
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import type { ImageFacts } from "../../src/graph/image-facts.ts";
import { profile } from "../../src/graph/profile.ts";
import { OurSide } from "../../src/qemu/compare.ts";
import { QemuDaemon } from "../../src/qemu/daemon.ts";
import { ImageFolder } from "../../src/qemu/image-folder.ts";
import { RANDOM_IMAGE_FACTS } from "../../src/qemu/random-images.ts";
import { replayLive } from "../../src/qemu/random-sequence.ts";
import { qmp } from "../../src/system/model.ts";
import { daemons } from "../support/machines.ts";
import { createImage, runTool } from "../support/qemu-tools.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("qemu-storage-daemon", "qemu-img");

const RUNS = 120;
const CLUSTER = 65_536;

const raw = (name: string, filename: string, more: JsonObject = {}) =>
  qmp("blockdev-add", {
    ...{ driver: "raw", "node-name": name, ...more },
    file: { driver: "file", filename },
  });

const hook = (more: JsonObject) =>
  qmp("blockdev-add", {
    ...{ driver: "copy-before-write", "node-name": "hook", file: "disk", target: "cache" },
    ...more,
  });

const GRAPH: readonly QmpCommand[] = [
  ...[raw("disk", "r0.raw"), raw("cache", "r1.raw"), raw("target", "r2.raw")],
  raw("fixed", "r3.raw", { "read-only": true }),
  qmp("blockdev-add", { driver: "null-co", "node-name": "small", size: CLUSTER }),
  qmp("block-dirty-bitmap-add", { node: "disk", name: "bitmap" }),
  qmp("block-export-add", { type: "nbd", id: "guest", name: "guest", "node-name": "disk" }),
];

/** Now and then an option; what is given may be wrong. */
const given = (name: string, ...values: readonly (number | string | boolean | null)[]) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<JsonObject>({}) },
    fc.constantFrom(...values).map((value): JsonObject => ({ [name]: value })),
  );

const together = (...options: readonly fc.Arbitrary<JsonObject>[]): fc.Arbitrary<JsonObject> =>
  fc.tuple(...options).map((all) => Object.assign({}, ...all));

/** Sizes from nothing to what is too large; the sixth aborts QEMU 10.0. */
const SIZES = [0, 1, 3, CLUSTER, 4 * CLUSTER, 2 ** 32, -1, "1"] as const;

const perf = together(
  given("use-copy-range", true, false, 1),
  given("max-workers", 1, 1, 64, 64, 0x7fff_ffff, 0, 2 ** 31, 2 ** 60, 1.5),
  given("max-chunk", ...[0, CLUSTER, CLUSTER, CLUSTER, 4 * CLUSTER, 1, 1, -1, null]),
  given("min-cluster-size", ...SIZES, 4 * CLUSTER, 4 * CLUSTER),
  fc.constantFrom<JsonObject>(...new Array<JsonObject>(20).fill({}), { "max-worker": 1 }),
);

const NONE: JsonObject = { sync: "none" };
/** It is held at its end, which is as good as at once. */
const BITMAP: JsonObject = {
  ...{ sync: "bitmap", bitmap: "bitmap", "bitmap-mode": "always", "auto-finalize": false },
};

const start: fc.Arbitrary<QmpCommand> = together(
  fc.constantFrom("disk", "disk", "view", "fixed").map((device) => ({ device })),
  fc.constantFrom(...new Array<string>(6).fill("target"), "small").map((target) => ({ target })),
  fc.constantFrom(NONE, NONE, BITMAP, { ...BITMAP, bitmap: "other" }),
  given("discard-source", true, true, true, true, false, "yes"),
  given("filter-node-name", "filter", "filter", "filter", "filter", "filter", "disk"),
  given("speed", 0, 1, -1),
  fc.oneof(
    fc.constant<JsonObject>({}),
    perf.map((value) => ({ "x-perf": value })),
  ),
).map((options) => qmp("blockdev-backup", { "job-id": "job", ...options }));

const cancel = qmp("block-job-cancel", { device: "job", force: true });
const view: JsonObject = { driver: "snapshot-access", "node-name": "view", file: "hook" };

const step: fc.Arbitrary<QmpCommand> = fc.oneof(
  { weight: 8, arbitrary: start },
  { weight: 3, arbitrary: fc.constant(cancel) },
  together(
    given("min-cluster-size", ...SIZES.filter((size) => size !== 2 ** 32)),
    given("discard-source", true),
  ).map(hook),
  fc.constantFrom(hook({}), qmp("blockdev-add", view)),
  fc
    .constantFrom("view", "hook", "target", "filter")
    .map((name) => qmp("blockdev-del", { "node-name": name })),
);

const mistaken = (options: JsonObject) =>
  qmp("blockdev-backup", {
    ...{ "job-id": "job", device: "disk", target: "target", sync: "none" },
    ...options,
  });

/** One after the other, so that each is met by itself. */
const MISTAKES: QmpCommand[] = [
  ...[{ "max-workers": 0 }, { "max-chunk": -1 }, { "max-chunk": 1 }, { "min-cluster-size": -1 }],
  ...[{ "min-cluster-size": 3 }, { "min-cluster-size": 4 * CLUSTER, "max-chunk": CLUSTER }],
]
  .map((each) => mistaken({ "x-perf": each }))
  .concat(
    mistaken({ target: "small", "x-perf": { "min-cluster-size": -1 } }),
    mistaken({ device: "fixed", "discard-source": true }),
    hook({ "min-cluster-size": 3 }),
    mistaken({ "x-perf": { "min-cluster-size": 2 ** 32 } }),
  );

const cases = fc.array(step, { minLength: 8, maxLength: 20, size: "max" });

describe.each(daemons())("beside QEMU $version", ({ version, binary }) => {
  const images = new ImageFolder();
  afterAll(() => images.remove());
  const context = { drivers: DRIVERS, profile: profile(`qemu-${version}`) };

  test("options of backups and hooks are judged alike", async () => {
    const texts = new Set<string>();
    await fc.assert(
      fc.asyncProperty(cases, async (steps) => {
        const outcome = await replayLive([...GRAPH, ...steps], { binary, images, context });
        expect(outcome.difference, JSON.stringify(outcome.commands)).toBeNull();
        const ours = new OurSide({ ...context, images: RANDOM_IMAGE_FACTS });
        for (const command of outcome.commands) {
          const verdict = ours.command(command);
          texts.add(verdict.kind === "refused" ? verdict.text : verdict.kind);
        }
      }),
      { seed: 7, numRuns: RUNS, examples: [[MISTAKES]], endOnFailure: true },
    );
    for (const text of version === "7.2" ? OF_BOTH : [...OF_BOTH, ...SINCE_9]) {
      expect([...texts]).toContain(text);
    }
  }, 300_000);

  test("what is read at once must hold a cluster, which may be the target's", async () => {
    await inTemporaryFolder(async (folder) => {
      createImage(join(folder, "disk.raw"), 16 * CLUSTER);
      const options = ["-q", "-f", "qcow2", "-o", `cluster_size=${4 * CLUSTER}`];
      runTool("qemu-img", "create", ...options, join(folder, "wide.qcow2"), `${16 * CLUSTER}`);
      const facts: ImageFacts = new Map([
        ["disk.raw", { length: 16 * CLUSTER, header: null }],
        [
          "wide.qcow2",
          { length: null, header: { size: 16 * CLUSTER, clusterSize: 4 * CLUSTER, backing: null } },
        ],
      ]);
      await QemuDaemon.using(binary, folder, async (daemon) => {
        const ours = new OurSide({ ...context, images: facts });
        for (const command of WIDE) {
          const theirs = await daemon.command(command);
          const text = "error" in theirs ? theirs.error?.desc : null;
          const verdict = ours.command(command);
          expect(verdict.kind === "refused" ? verdict.text : null).toBe(text);
        }
      });
    });
  });
});

/** Backups to clusters of 256 KiB: of an image, a filter above it, and a raw node above that. */
const WIDE: readonly QmpCommand[] = [
  raw("disk", "disk.raw"),
  qmp("blockdev-add", {
    ...{ driver: "qcow2", "node-name": "wide" },
    file: { driver: "file", filename: "wide.qcow2" },
  }),
  qmp("blockdev-add", { driver: "copy-on-read", "node-name": "filter", file: "wide" }),
  qmp("blockdev-add", { driver: "raw", "node-name": "wrapped", file: "filter" }),
  ...["wide", "filter", "wrapped"].flatMap((target) => [
    ...[CLUSTER, 4 * CLUSTER - 1, 4 * CLUSTER].map((chunk) =>
      qmp("blockdev-backup", {
        ...{ "job-id": "job", device: "disk", target, sync: "none" },
        "x-perf": { "max-chunk": chunk },
      }),
    ),
    cancel,
  ]),
];

const OF_BOTH = [
  "accepted",
  "max-workers must be between 1 and 2147483647",
  "max-chunk must be zero (which means no limit) or positive",
  "Required max-chunk (1) is less than backup cluster size (65536)",
  "Source and target image have different sizes",
];

const NO_POWER = "Cannot create block-copy-state: min-cluster-size needs to be a power of 2";

const SINCE_9 = [
  "aborted",
  "Block node is read-only",
  "Required max-chunk (65536) is less than backup cluster size (262144)",
  "min-cluster-size too large: 18446744073709551615 > 9223372036854775807",
  `Could not create node: ${NO_POWER}`,
  NO_POWER,
];
