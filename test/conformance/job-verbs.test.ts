/**
 * What jobs can be told, beside the daemons that there are: every verb, in every state that a job
 * can be in.
 *
 * A random case is a sequence of jobs that begin and verbs that they are told, and other commands
 * on the nodes that they work on; after each step both sides must say the same: accepted, or
 * refused in which words, all jobs with their states, and all edges with their masks. The jobs are
 * such that their states are certain: backups that copy nothing by themselves, backups and streams
 * that are held when they have done their work, and mirrors that are ready; each side is waited
 * for. The cases are the same in every run (fixed seed).
 */
import fc from "fast-check";
import { afterAll, describe, expect } from "vitest";
import { DRIVERS } from "../../src/drivers/registry.ts";
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type JobState, stateOf } from "../../src/graph/job-state.ts";
import { profile } from "../../src/graph/profile.ts";
import { OurSide } from "../../src/qemu/compare.ts";
import { ImageFolder } from "../../src/qemu/image-folder.ts";
import { RANDOM_IMAGE_FACTS } from "../../src/qemu/random-images.ts";
import { replayLive } from "../../src/qemu/random-sequence.ts";
import { qmp } from "../../src/system/model.ts";
import { daemons } from "../support/machines.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("qemu-storage-daemon", "qemu-img");

const RUNS = 100;

const raw = (name: string, filename: string) =>
  qmp("blockdev-add", {
    ...{ driver: "raw", "node-name": name },
    file: { driver: "file", filename },
  });

const GRAPH: readonly QmpCommand[] = [
  ...[raw("disk", "r0.raw"), raw("other", "r1.raw"), raw("target", "r2.raw")],
  qmp("blockdev-add", {
    ...{ driver: "qcow2", "node-name": "base", backing: null },
    file: { driver: "file", filename: "q0.qcow2" },
  }),
  qmp("blockdev-add", {
    ...{ driver: "qcow2", "node-name": "top", backing: "base" },
    file: { driver: "file", filename: "q1.qcow2" },
  }),
];

const JOBS = ["one", "two"] as const;
const id = fc.constantFrom(...JOBS);

const ends = fc.record({ "auto-finalize": fc.boolean(), "auto-dismiss": fc.boolean() });

const start: fc.Arbitrary<QmpCommand> = fc
  .record({
    ...{ job: id, ends, speed: fc.constantFrom(0, 0, 1, -1) },
    kind: fc.constantFrom("none", "none", "full", "mirror", "mirror", "stream", "commit"),
    device: fc.constantFrom("disk", "other"),
    modes: fc.constantFrom<JsonObject>({}, { "copy-mode": "write-blocking" }),
  })
  .map(({ job, kind, device, ends: given, speed, modes }) => {
    const own: JsonObject = { "job-id": job, "filter-node-name": `${job}-filter`, ...given };
    // One that copies is held at its end, and at any speed but none it would not come there.
    const held = { ...own, "auto-finalize": false };
    if (kind === "stream") return qmp("block-stream", { ...held, device: "top" });
    if (kind === "commit") return qmp("block-commit", { ...held, device: "top" });
    if (kind === "mirror") {
      return qmp("blockdev-mirror", { ...own, device, target: "target", sync: "full", ...modes });
    }
    if (kind === "full")
      return qmp("blockdev-backup", { ...held, device, target: "target", sync: kind });
    return qmp("blockdev-backup", { ...own, device, target: "target", sync: "none", speed });
  });

const VERBS = ["pause", "resume", "complete", "finalize", "dismiss", "cancel"] as const;
const NAMED_BY_ID: ReadonlySet<string> = new Set(["finalize", "dismiss"]);

const verb: fc.Arbitrary<QmpCommand> = fc
  .record({
    name: fc.constantFrom(...VERBS, "pause" as const, "resume" as const),
    job: id,
    ...{ plain: fc.boolean(), force: fc.boolean() },
  })
  .map(({ name, job, plain, force }) => {
    if (plain) return qmp(`job-${name}`, { id: job });
    const given = NAMED_BY_ID.has(name) ? { id: job } : { device: job };
    return qmp(`block-job-${name}`, name === "cancel" ? { ...given, force } : given);
  });

/** How a mirror goes on; what is said of its kind may be wrong. */
const change: fc.Arbitrary<QmpCommand> = fc
  .record({
    ...{ id, type: fc.constantFrom("mirror", "mirror", "mirror", "commit", "disk") },
    mode: fc.constantFrom<JsonObject>(
      ...[{ "copy-mode": "write-blocking" }, { "copy-mode": "write-blocking" }],
      ...[{ "copy-mode": "background" }, { "copy-mode": "none" }, {}],
    ),
  })
  .map(({ id: job, type, mode }) =>
    qmp("block-job-change", { id: job, type, ...(type === "mirror" && mode) }),
  );

const other: fc.Arbitrary<QmpCommand> = fc.oneof(
  { weight: 2, arbitrary: change },
  fc
    .record({ job: id, speed: fc.constantFrom(-1, 0, 1) })
    .map(({ job, speed }) => qmp("block-job-set-speed", { device: job, speed })),
  fc
    .constantFrom("disk", "target", "base", "top", "one-filter")
    .map((name) => qmp("blockdev-del", { "node-name": name })),
);

const cases = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: start },
    { weight: 8, arbitrary: verb },
    { weight: 3, arbitrary: other },
  ),
  { minLength: 15, maxLength: 30, size: "max" },
);

/** In which states a verb was said, and whether it was accepted: `pause running +`. */
function said(commands: readonly QmpCommand[], ours: OurSide): string[] {
  return commands.flatMap(({ execute, arguments: args }) => {
    const job = ours.graph.jobs.get(String(args.id ?? args.device));
    const state: JobState | null = job === undefined ? null : stateOf(ours.graph, job);
    const { kind } = ours.command({ execute, arguments: args });
    const name = execute.replace(/^(block-)?job-/, "");
    if (state === null || name === execute) return [];
    return [`${name} ${state} ${kind === "accepted" ? "+" : "-"}`];
  });
}

describe.each(daemons())("beside QEMU $version", ({ version, binary }) => {
  const images = new ImageFolder();
  afterAll(() => images.remove());
  const context = { drivers: DRIVERS, profile: profile(`qemu-${version}`) };

  test("jobs answer and end alike, whatever they are told and when", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(cases, async (steps) => {
        const commands = [...GRAPH, ...steps];
        const side = { binary, images, context };
        const { difference, commands: sent } = await replayLive(commands, side);
        expect(difference, JSON.stringify(sent)).toBeNull();
        const ours = new OurSide({ ...context, images: RANDOM_IMAGE_FACTS });
        for (const each of said(sent, ours)) seen.add(each);
      }),
      { seed: 34, numRuns: RUNS, endOnFailure: true },
    );
    const accepted = [...seen].filter((each) => each.endsWith("+"));
    const later = version === "7.2" ? [] : ["change ready +", "change standby +"];
    expect(accepted.sort()).toEqual([...ACCEPTED, ...later].sort());
    expect(seen.size - accepted.length).toBeGreaterThan(20);
  }, 300_000);
});

/** All that the table of verbs accepts (reference, section 3.5). */
const ACCEPTED = [
  ...["pending", "paused", "ready", "running", "standby"].map((state) => `cancel ${state} +`),
  ...["complete ready +", "complete standby +"],
  ...["dismiss concluded +", "finalize pending +"],
  ...["pause ready +", "pause running +", "resume paused +", "resume standby +"],
  ...["paused", "ready", "running", "standby"].map((state) => `set-speed ${state} +`),
];
