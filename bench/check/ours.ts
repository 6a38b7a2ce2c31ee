/**
 * Our own search of the yardstick as a process of its own, so that its memory can be measured like
 * that of the peers. Prints one line; seconds are those of the search, without starting up.
 *
 *     node dist/bench/check/ours.js CLUSTERS GUESTS READERS VALUES on|off THREADS [MUTANT]
 */
import { SKETCHES } from "../../models/sketches.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { startCheck } from "../../src/check/check.ts";
import { lowerSketch } from "../../src/check/lower/sketch.ts";
import { designOf, mutateDesign } from "../../src/system/sketch.ts";

const MEMORY = 20 * 2 ** 30;

const [clusters = 0, guests = 0, readers = 0, values = 0] = process.argv.slice(2, 6).map(Number);
const [symmetry, threads, mutantName] = process.argv.slice(6);
const sketch = SKETCHES.get("fleece");
if (sketch === undefined) throw new Error("there is no yardstick");
const began = performance.now();
const sound = designOf(sketch, { clusters, guests, readers, values });
const mutant = sketch.mutants.find(({ name }) => name === mutantName);
const properties = [...PROPERTIES.values()].filter(({ name }) => sketch.properties.includes(name));
const program = lowerSketch(mutant === undefined ? sound : mutateDesign(sound, mutant), properties);
const check = startCheck(program, {
  symmetry: symmetry === "on",
  coverage: true,
  liveness: "off",
  threads: Number(threads),
  maxStates: null,
  maxDepth: null,
  memory: MEMORY,
  walk: null,
  checkpoint: null,
  resume: null,
});
const started = performance.now();
while (await check.advance());
const seconds = (performance.now() - started) / 1000;
const { states, transitions, findings } = check.result();
await check.close();
const steps = findings[0]?.trace.steps.length ?? 0;
const starting = (started - began) / 1000;
console.log(
  `${states} states, ${transitions} transitions, ${seconds} seconds, ${starting} starting, ` +
    `${steps} steps`,
);
