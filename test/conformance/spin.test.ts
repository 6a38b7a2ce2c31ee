/**
 * SPIN as an independent witness: an exported program has as many states and steps for SPIN as for
 * the slow interpreter, is judged as often, and breaks the same properties as often.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { FORMATS } from "../../models/formats.ts";
import { MODELS } from "../../models/index.ts";
import { SKETCHES } from "../../models/sketches.ts";
import { FORMAT_PROPERTIES } from "../../properties/format/index.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { toPromela } from "../../src/check/export/promela.ts";
import { lowerFormat } from "../../src/check/lower/format.ts";
import { lowerModel } from "../../src/check/lower/model/lower-model.ts";
import { lowerSketch } from "../../src/check/lower/sketch.ts";
import type { Program } from "../../src/check/program/program.ts";
import { mutateFormat } from "../../src/system/format-sketch.ts";
import type { Property } from "../../src/system/property.ts";
import { designOf, mutateDesign } from "../../src/system/sketch.ts";
import { explore } from "../check/export/explore.ts";
import { arithmetic, forkAndJoin, mutualExclusion, overflow } from "../check/export/toys.ts";
import { fleece, tabledFleece } from "../check/support/programs.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { runSpin } from "./run-spin.ts";

const { describe, test } = needsTool("spin", "gcc");

/** ms; a verifier takes about a second to compile */
const TIMEOUT = 120_000;

const small = { clusters: 2, guests: 2, readers: 2, values: 2 };

/** The properties of these names. */
function propertiesNamed(names: readonly string[]): Property[] {
  return [...PROPERTIES.values()].filter(({ name }) => names.includes(name));
}

/** A whole model with drivers and nested calls, narrowed to a few requests. */
function imageFleecing(): Program {
  const model = MODELS.get("image-fleecing");
  if (model === undefined) throw new Error("the model image-fleecing is gone");
  const properties = propertiesNamed(model.properties);
  const bounds = { requests: 1, alignment: 1, longest: 1 << 16, values: 1 };
  return lowerModel(model, { properties, invariants: [], mutant: null, bounds }).program;
}

/** The yardstick as its charts say it; null: without a mutant. */
function fleeceCharts(mutant: string | null): Program {
  const sketch = SKETCHES.get("fleece");
  if (sketch === undefined) throw new Error("the sketch fleece is gone");
  const broken = sketch.mutants.filter(({ name }) => name === mutant);
  expect(broken).toHaveLength(mutant === null ? 0 : 1);
  const design = broken.reduce(mutateDesign, designOf(sketch, small));
  return lowerSketch(design, propertiesNamed(sketch.properties));
}

/** An image format in bounds that a slow interpreter can search; null: without a mutant. */
function format(name: string, mutant: string | null): Program {
  const sketch = FORMATS.get(name);
  if (sketch === undefined) throw new Error(`the format sketch ${name} is gone`);
  const broken = sketch.mutants.filter((each) => each.name === mutant);
  expect(broken).toHaveLength(mutant === null ? 0 : 1);
  const design = designOf(sketch, { guests: 1, hosts: 2, writers: 1 });
  const properties = [...FORMAT_PROPERTIES.values()];
  const named = properties.filter((each) => sketch.properties.includes(each.name));
  return lowerFormat(broken.reduce(mutateFormat, design), named);
}

const SOUND: readonly (readonly [string, Program])[] = [
  ["the yardstick", fleece(small)],
  ["the yardstick as charts", fleeceCharts(null)],
  ["the yardstick with a table", tabledFleece({ ...small, values: 3, readers: 1 })],
  ["a lock", mutualExclusion(4)],
  ["fork and join", forkAndJoin(3, 2)],
  ["a model with drivers", imageFleecing()],
  ["power cuts of a qcow2 image", format("qcow2-crash", null)],
  ["discards of a qcow2 image", format("qcow2-discard-race", null)],
];

const BROKEN: readonly (readonly [string, Program])[] = [
  ["the yardstick whose guest does not drain", fleece({ ...small, drains: false })],
  ["the charts of a guest that does not drain", fleeceCharts("guest-does-not-drain")],
  ["power cuts of a qcow2 image with a naive order", format("qcow2-crash", "entries-copied-late")],
  ["a lock that nobody waits for", mutualExclusion(3, false)],
  ["fork and join that may not stop", forkAndJoin(3, 2, "nowhere")],
  ["fork and join that may stop elsewhere", forkAndJoin(3, 2, "start")],
  ["numbers of all kinds, with awkward names", arithmetic()],
  ["a field that overflows", overflow(false)],
  ["a program that says it has too much", overflow(true)],
];

describe("SPIN and the interpreter", () => {
  for (const [name, program] of [...SOUND, ...BROKEN]) {
    test(
      `count the same: ${name}`,
      () =>
        inTemporaryFolder(async (folder) => {
          const ours = explore(program);
          const spin = runSpin(folder, toPromela(program), { pan: ["-c0"] });
          const { properties, states, wrongStates, deadlocks, wrongSteps } = ours;
          const errors = wrongSteps + wrongStates + deadlocks;
          const own = program.final.kind === "constant" ? 0 : deadlocks;
          const transitions = ours.transitions + wrongStates + own;
          expect(spin).toMatchObject({ states, transitions, errors });
          expect(spin.properties).toEqual(properties);
          expect(errors === 0).toBe(SOUND.some(([sound]) => sound === name));
        }),
      TIMEOUT,
    );
  }

  test(
    "agree on how deep the yardstick is, and on the shortest way to break it",
    () =>
      inTemporaryFolder(async (folder) => {
        const gcc = ["-DBFS"];
        const sound = runSpin(folder, toPromela(fleece(small)), { gcc });
        expect(sound).toMatchObject({
          states: 2482,
          errors: 0,
          depth: explore(fleece(small)).depth,
        });
        const broken = runSpin(folder, toPromela(fleece({ ...small, drains: false })), { gcc });
        expect(broken.errors).toBe(1);
        const trail = readFileSync(join(folder, "model.pml.trail"), "utf8");
        expect(trail.match(/^\d+:/gm)).toHaveLength(7);
        expect(broken.output).toContain("violated: point-in-time\n");
      }),
    TIMEOUT,
  );
});

describe("SPIN counts the yardstick", () => {
  for (const [clusters, guests, readers, values, states, transitions] of [
    [2, 1, 1, 2, 100, 240],
    [3, 2, 2, 2, 18_140, 93_264],
    [3, 3, 2, 2, 196_766, 1_230_336],
  ] as const) {
    test(
      `${clusters} clusters, ${guests} guests, ${readers} readers, ${values} values`,
      () =>
        inTemporaryFolder(async (folder) => {
          const model = toPromela(fleece({ clusters, guests, readers, values }));
          expect(runSpin(folder, model)).toMatchObject({ states, transitions, errors: 0 });
        }),
      TIMEOUT,
    );
  }
});
