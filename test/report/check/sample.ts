/**
 * A small program and what a check of it might have found, made by hand.
 *
 * Two guests write to one disk of two clusters; a reader reads it.
 */
import { goto, set } from "../../../src/check/program/build.ts";
import type { Alternative, Program } from "../../../src/check/program/program.ts";
import type { ProgramState } from "../../../src/check/program/state.ts";
import type { CheckResult, Finding, Trace } from "../../../src/check/result.ts";
import {
  type CheckFacts,
  type CheckReceipt,
  makeCheckReceipt,
} from "../../../src/report/check/receipt.ts";
import type { CheckSubject } from "../../../src/report/check/subject.ts";

const alternative: Alternative = {
  name: "write",
  text: "write cluster {c}",
  choices: [{ local: "c", count: 2 }],
  fair: true,
  body: [set("disk", "c", 1), goto("idle")],
};

export const PROGRAM: Program = {
  name: "sample",
  fields: [
    { name: "disk", size: 2, count: 2, initial: [], values: ["old", "new"] },
    { name: "data", size: 4, count: 2, initial: [], values: null },
    { name: "phase", size: 2, count: 1, initial: [], values: null },
  ],
  tables: {},
  processes: [
    {
      name: "guest",
      instances: 2,
      nodes: [
        { kind: "rest", name: "idle", alternatives: [alternative] },
        { kind: "rest", name: "writing", alternatives: [] },
      ],
    },
    {
      name: "reader",
      instances: 1,
      nodes: [
        { kind: "rest", name: "idle", alternatives: [] },
        { kind: "rest", name: "reading", alternatives: [] },
      ],
    },
  ],
  properties: [
    { name: "view-is-old", promise: "always" },
    { name: "somebody-writes", promise: "sometimes" },
  ],
  everyState: [],
  liveness: [],
  symmetries: [
    {
      name: "guests",
      size: 2,
      owned: [{ field: "data", stride: 1 }],
      processes: [{ process: "guest", stride: 1 }],
      members: [],
      naming: [],
      closed: true,
    },
  ],
  coverage: [
    { chart: "hook/cluster", state: "intact", event: "CLAIM" },
    { chart: "hook/cluster", state: "copied", event: "READ" },
    { chart: "hook/write", state: "saving", event: "FAILED" },
  ],
  final: { kind: "constant", value: 1 },
};

export const SUBJECT: CheckSubject = {
  model: "sample",
  mutant: null,
  digest: "0123456789abcdef",
  bounds: "2 clusters, 2 guests",
  parameters: { clusters: 2, guests: 2 },
  source: "models/sample.ts",
  program: PROGRAM,
};

function state(
  disk: readonly [number, number],
  data: readonly [number, number],
  guests: readonly [string, string],
  reader = "idle",
): ProgramState {
  return { fields: { disk, data, phase: [0] }, nodes: { guest: guests, reader: [reader] } };
}

export const TRACE: Trace = {
  initial: state([0, 0], [0, 0], ["idle", "idle"]),
  steps: [
    {
      step: {
        process: "guest",
        instance: 1,
        node: "idle",
        alternative: "choose",
        choices: { c: 0, v: 3 },
        text: "choose cluster 0; value #3",
      },
      state: state([0, 0], [0, 3], ["idle", "writing"]),
    },
    {
      step: {
        process: "reader",
        instance: 0,
        node: "idle",
        alternative: "begin",
        choices: {},
        text: "begin to read the disk",
      },
      state: state([0, 0], [0, 3], ["idle", "writing"], "reading"),
    },
    {
      step: {
        process: "guest",
        instance: 1,
        node: "writing",
        alternative: "write",
        choices: { c: 0 },
        text: "write",
      },
      state: state([1, 0], [0, 0], ["idle", "idle"], "reading"),
    },
  ],
  loop: null,
};

export const FINDING: Finding = {
  kind: "property",
  property: "view-is-old",
  message: 'the reader got "new" <- where "old" was & due',
  trace: TRACE,
};

/** Everything was seen, and all is well. */
export const HOLDS: CheckResult = {
  complete: true,
  reduced: false,
  stopped: null,
  states: 1_377_392,
  transitions: 9_029_536,
  depth: 31,
  everyRun: 31,
  levels: [1, 20, 1_377_371],
  peakBytes: 33_057_408,
  properties: [
    { name: "view-is-old", promise: "always", judged: 1204, outcome: "holds" },
    { name: "somebody-writes", promise: "sometimes", judged: 7, outcome: "holds" },
  ],
  covered: [true, true, true],
  findings: [],
};

/** The search ended with a finding. */
export const VIOLATED: CheckResult = {
  ...HOLDS,
  complete: false,
  states: 812,
  transitions: 2011,
  depth: 3,
  everyRun: 2,
  levels: [1, 11, 800],
  properties: [
    { name: "view-is-old", promise: "always", judged: 12, outcome: "violated" },
    { name: "somebody-writes", promise: "sometimes", judged: 0, outcome: "undecided" },
  ],
  covered: [true, false, false],
  findings: [FINDING],
};

/** A limit ended the search. */
export const UNDECIDED: CheckResult = {
  ...VIOLATED,
  stopped: "max-states",
  properties: [
    { name: "view-is-old", promise: "always", judged: 12, outcome: "undecided" },
    { name: "somebody-writes", promise: "sometimes", judged: 3, outcome: "holds" },
  ],
  findings: [],
};

export const FACTS: CheckFacts = {
  method: {
    search: "bfs",
    threads: 1,
    symmetry: [],
    partialOrder: false,
    resumed: false,
    walks: null,
    seed: null,
    maxStates: null,
    maxDepth: null,
    timeout: null,
    memory: null,
  },
  seconds: 0.5,
  livenessSeconds: 0.01,
  startSeconds: 0.02,
  residentBytes: 100_000_000,
  coverage: true,
  notChecked: [],
  files: [["reports/sample/trace.json"]],
  node: "v20.20.2",
};

/** The receipt of a result. */
export function receiptOf(result: CheckResult, facts: Partial<CheckFacts> = {}): CheckReceipt {
  return makeCheckReceipt(SUBJECT, result, { ...FACTS, ...facts });
}
