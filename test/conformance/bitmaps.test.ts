/**
 * Dirty bitmaps: what they have recorded, and what becomes of them under a backup, beside a
 * daemon.
 *
 * A random case is a sequence of writes, commands on bitmaps, and backups that go by one; after
 * each step both sides are asked for their bitmaps, and must say the same: names, what they have
 * recorded, whether they record, whether somebody works with them. A backup has always copied all
 * it wanted before the next step. The cases are the same in every run (fixed seed).
 */
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect } from "vitest";
import { z } from "zod";
import { DRIVERS } from "../../src/drivers/registry.ts";
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import { profile } from "../../src/graph/profile.ts";
import { namedBlockNodes } from "../../src/graph/query.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { OurSide } from "../../src/qemu/compare.ts";
import { closeImages, imagesInFolder } from "../../src/run/image-set.ts";
import { Simulation } from "../../src/simulate/simulation.ts";
import { enabledChoices } from "../../src/system/choice.ts";
import { take } from "../../src/system/drive.ts";
import { type ModelImage, qmp } from "../../src/system/model.ts";
import { describeModelImage } from "../../src/system/model-image.ts";
import type { RequestSpec } from "../../src/system/request-spec.ts";
import { runTool } from "../support/qemu-tools.ts";
import { StorageDaemon } from "../support/storage-daemon.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("qemu-io", "qemu-storage-daemon");

const CLUSTER = 64 * 1024;
const LENGTH = 6 * CLUSTER - 4096;
const RUNS = 40;
const JOB = "job";
const QUERY = qmp("query-named-block-nodes", {});

const images: readonly ModelImage[] = ["disk.raw", "target.raw"].map((filename) => ({
  ...{ filename, length: LENGTH, content: [{ offset: 0, length: CLUSTER, fill: { byte: 1 } }] },
}));

const raw = (name: string) =>
  qmp("blockdev-add", {
    ...{ driver: "raw", "node-name": name, discard: "unmap" },
    file: { driver: "file", filename: `${name}.raw`, discard: "unmap" },
  });

const GRAPH: readonly QmpCommand[] = [
  ...[raw("disk"), raw("target")],
  qmp("block-export-add", {
    ...{ type: "nbd", id: "guest", name: "guest", "node-name": "disk", writable: true },
  }),
];

/** What somebody does: a request of the guest, or a command. */
type Step = { readonly io: Omit<RequestSpec, "through"> } | { readonly command: QmpCommand };

const sectors = fc.nat(LENGTH / 4096 - 1).map((sector) => sector * 4096);

const request: fc.Arbitrary<Step> = fc
  .record({
    operation: fc.constantFrom("write" as const, "write-zeroes" as const, "discard" as const),
    offset: sectors,
    longest: fc.constantFrom(4096, CLUSTER, 2 * CLUSTER),
  })
  .map(({ operation, offset, longest }) => {
    const length = Math.min(longest, LENGTH - offset);
    const data = operation === "write" ? { data: { byte: 0x33 } } : {};
    return { io: { operation, offset, length, ...data } };
  });

const bitmapName = fc.constantFrom("b0", "b1");
const on = (name: string) => ({ node: "disk", name });

const bitmapCommand: fc.Arbitrary<Step> = fc
  .record({
    verb: fc.constantFrom("add", "add", "clear", "enable", "disable", "remove", "merge"),
    name: bitmapName,
    other: bitmapName,
    disabled: fc.boolean(),
  })
  .map(({ verb, name, other, disabled }) => {
    const more = verb === "add" ? { disabled } : {};
    const merge = { node: "disk", target: name, bitmaps: [other] };
    const data = verb === "merge" ? merge : { ...on(name), ...more };
    return { command: qmp(`block-dirty-bitmap-${verb}`, data) };
  });

const SYNCS = ["none", "full", "top", "bitmap", "incremental"] as const;
const MODES = ["on-success", "always", "never"] as const;

function backup(more: JsonObject): QmpCommand {
  return qmp("blockdev-backup", {
    ...{ "job-id": JOB, device: "disk", target: "target", "filter-node-name": "filter" },
    ...{ "auto-finalize": false, ...more },
  });
}

const job: fc.Arbitrary<Step> = fc
  .record({
    sync: fc.constantFrom(...SYNCS, "bitmap" as const, "incremental" as const),
    bitmap: fc.option(bitmapName, { freq: 8 }),
    mode: fc.option(fc.constantFrom(...MODES), { freq: 3 }),
  })
  .map(({ sync, bitmap, mode }) => ({
    command: backup({
      sync,
      ...(bitmap !== null && { bitmap }),
      ...(mode !== null && { "bitmap-mode": mode }),
    }),
  }));

const cancel: Step = { command: qmp("block-job-cancel", { device: JOB, force: true }) };

const finalize: Step = { command: qmp("block-job-finalize", { id: JOB }) };

const first: Step = { command: qmp("block-dirty-bitmap-add", on("b0")) };

const cases = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: request },
      { weight: 4, arbitrary: bitmapCommand },
      { weight: 3, arbitrary: job },
      { weight: 2, arbitrary: fc.constantFrom(cancel, finalize, finalize) },
    ),
    { minLength: 12, maxLength: 25 },
  )
  .map((steps) => [first, ...steps]);

const bitmapsSchema = z.array(
  z.object({
    "node-name": z.string(),
    "dirty-bitmaps": z
      .array(
        z.object({
          ...{ name: z.string().optional(), count: z.int(), granularity: z.int() },
          ...{ recording: z.boolean(), busy: z.boolean(), persistent: z.boolean() },
        }),
      )
      .default([]),
  }),
);

/** The bitmaps of a node, in order of their names; those without one are QEMU's own. */
function bitmapsIn(answer: unknown, name = "disk") {
  const disk = bitmapsSchema.parse(answer).find((node) => node["node-name"] === name);
  return (disk?.["dirty-bitmaps"] ?? [])
    .filter(({ name }) => name !== undefined)
    .sort((one, other) => (String(one.name) < String(other.name) ? -1 : 1));
}

type Seen = { readonly refused: string | null; readonly bitmaps: ReturnType<typeof bitmapsIn> };

/** Our side: a job has copied everything before anything else happens. */
function simulated(steps: readonly Step[]): Seen[] {
  const log = new MemoryLog();
  const simulation = new Simulation(
    {
      ...{ kind: "start", model: "bitmaps", digest: "0000000000000000", profile: "qemu-7.2" },
      ...{ mutant: null, "cluster-size": CLUSTER, images: images.map(describeModelImage) },
    },
    { properties: [], mutants: [], sink: log },
  );
  const { session } = simulation;
  const settle = (spec: RequestSpec) => {
    session.request(spec);
    simulation.run(
      (function* () {
        let [choice] = enabledChoices(session.execution);
        for (; choice !== undefined; [choice] = enabledChoices(session.execution)) {
          yield* take(choice, session);
        }
      })(),
    );
  };
  for (const command of GRAPH) expect(session.command(command)).toBeNull();
  return steps.map((step) => {
    const refused = "command" in step ? session.command(step.command) : null;
    if ("io" in step) settle({ through: "guest", ...step.io });
    const started = "command" in step && step.command.execute === "blockdev-backup";
    const copies = session.graph.jobs.get(JOB)?.copies === "everything";
    if (started && refused === null && copies) {
      settle({ through: JOB, operation: "copy", offset: 0, length: LENGTH });
    }
    expect(session.command(QUERY)).toBeNull();
    const answer = log.records.at(-1);
    return { refused, bitmaps: bitmapsIn(answer?.kind === "return" ? answer.return : []) };
  });
}

async function underQemu(steps: readonly Step[]): Promise<Seen[]> {
  return inTemporaryFolder(async (folder) => {
    closeImages(imagesInFolder(folder, images));
    return StorageDaemon.using(folder, async (daemon) => {
      await daemon.commands(GRAPH);
      const seen: Seen[] = [];
      for (const step of steps) {
        const refused = "command" in step ? await daemon.command(step.command) : null;
        if ("io" in step) {
          const { error } = await daemon.io("guest", qemuIoCommand(step.io));
          expect(error).toBeNull();
        } else if (refused === null && step.command.execute === "blockdev-backup") {
          const { sync } = z.object({ sync: z.string() }).parse(step.command.arguments);
          if (sync !== "none") await daemon.untilPending(JOB);
        }
        seen.push({ refused, bitmaps: bitmapsIn(await daemon.answer(QUERY)) });
      }
      return seen;
    });
  });
}

function qemuIoCommand({ operation, offset, length }: Omit<RequestSpec, "through">): string {
  if (operation === "discard") return `discard ${offset} ${length}`;
  return `write ${operation === "write" ? "-P 0x33" : "-z"} ${offset} ${length}`;
}

/** What must have been accepted in some case, so that agreement means something. */
const ACCEPTED: readonly string[] = [
  ...["add", "clear", "disable", "enable", "merge", "remove"].map(
    (verb) => `block-dirty-bitmap-${verb}`,
  ),
  ...["block-job-cancel", "block-job-finalize"],
  ...["bitmap always", "bitmap never", "bitmap on-success", "full", "incremental"].map(
    (sync) => `blockdev-backup ${sync}`,
  ),
];

describe("beside a daemon", () => {
  test("bitmaps have recorded the same after every step", async () => {
    const accepted = new Set<string>();
    await fc.assert(
      fc.asyncProperty(cases, async (steps) => {
        const ours = simulated(steps);
        expect(ours).toEqual(await underQemu(steps));
        for (const [index, step] of steps.entries()) {
          if ("io" in step || ours[index]?.refused !== null) continue;
          const { sync, "bitmap-mode": mode } = z
            .object({ sync: z.string(), "bitmap-mode": z.string() })
            .partial()
            .parse(step.command.arguments);
          accepted.add([step.command.execute, sync, mode].filter(Boolean).join(" "));
        }
      }),
      { seed: 21, numRuns: RUNS },
    );
    expect([...accepted]).toEqual(expect.arrayContaining([...ACCEPTED]));
  }, 120_000);

  test("a backup is told of its bitmap what can be done with it, or not", async () => {
    const names = [undefined, "free", "shown", "missing"];
    const modes = [undefined, ...MODES];
    const wanted = SYNCS.flatMap((sync) =>
      names.flatMap((bitmap) => modes.map((mode) => ({ sync, bitmap, "bitmap-mode": mode }))),
    );
    const bitmaps = ["free", "shown"].map((name) => qmp("block-dirty-bitmap-add", on(name)));
    const shown = qmp("block-export-add", {
      ...{ type: "nbd", id: "view", name: "view", "node-name": "disk", writable: true },
      bitmaps: ["shown"],
    });
    const steps: Step[] = [...bitmaps, shown].map((command) => ({ command }));
    for (const each of wanted) {
      const given = Object.fromEntries(
        Object.entries(each).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      );
      steps.push({ command: backup(given) }, cancel);
    }
    const ours = simulated(steps);
    expect(ours).toEqual(await underQemu(steps));
    expect(ours.filter(({ refused }) => refused === null).length).toBeGreaterThan(20);
  }, 120_000);

  test("persistent bitmaps cannot be changed while their node is read-only", async () => {
    const given = (readOnly: boolean) => ({
      ...{ driver: "qcow2", "node-name": "base", "read-only": readOnly },
      file: { driver: "file", filename: "base.qcow2" },
    });
    const base = (name: string) => ({ node: "base", name });
    const reopen = (readOnly: boolean) => qmp("blockdev-reopen", { options: [given(readOnly)] });
    const add = (data: JsonObject) => qmp("block-dirty-bitmap-add", data);
    const merge = (target: string, source: string) =>
      qmp("block-dirty-bitmap-merge", { node: "base", target, bitmaps: [source] });
    const verbs = (name: string) =>
      ["clear", "disable", "enable"].map((verb) => qmp(`block-dirty-bitmap-${verb}`, base(name)));
    const started = (sync: string, mode: string) => [
      qmp("blockdev-backup", {
        ...{ "job-id": JOB, device: "base", target: "plain", "auto-finalize": false },
        ...{ sync, bitmap: "kept", "bitmap-mode": mode, "filter-node-name": "filter" },
      }),
      qmp("block-job-cancel", { device: JOB, force: true }),
    ];
    const steps: readonly QmpCommand[] = [
      qmp("blockdev-add", given(false)),
      qmp("blockdev-add", { driver: "null-co", "node-name": "plain", size: 1 << 20 }),
      ...[add({ ...base("kept"), persistent: true }), add(base("lost"))],
      add({ node: "plain", name: "kept", persistent: true }),
      reopen(true),
      ...[...verbs("kept"), ...verbs("lost"), merge("kept", "lost"), merge("lost", "kept")],
      ...[add({ ...base("late"), persistent: true }), ...verbs("late")],
      ...started("bitmap", "never"),
      ...started("bitmap", "always"),
      ...started("incremental", "on-success"),
      qmp("block-dirty-bitmap-remove", base("kept")),
      ...[reopen(false), ...verbs("kept"), ...verbs("late")],
      qmp("block-dirty-bitmap-remove", base("kept")),
    ];
    await inTemporaryFolder(async (folder) => {
      runTool("qemu-img", "create", "-q", "-f", "qcow2", join(folder, "base.qcow2"), "1M");
      await StorageDaemon.using(folder, async (daemon) => {
        const ours = new OurSide({ drivers: DRIVERS, profile: profile("qemu-7.2") });
        for (const step of steps) {
          const verdict = ours.command(step);
          const said = verdict.kind === "refused" ? verdict.text : null;
          expect([step, said]).toEqual([step, await daemon.command(step)]);
          const told = ours.command(QUERY);
          expect(told.kind).toBe("accepted");
          const reply = namedBlockNodes(ours.graph, profile("qemu-7.2"), () => 0);
          expect(bitmapsIn(reply, "base")).toEqual(bitmapsIn(await daemon.answer(QUERY), "base"));
        }
      });
    });
  });
});
