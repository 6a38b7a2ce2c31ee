/**
 * Traces of logs for the player: they say what is so, mark what is wrong, and show what is left of
 * a log that is damaged.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { breakSnapshotRace } from "../../../models/break-snapshot-race.ts";
import { fleecing } from "../../../models/fleecing.ts";
import { MODELS } from "../../../models/index.ts";
import { findModel } from "../../../src/cli/find.ts";
import { MemoryLog } from "../../../src/log/memory-log.ts";
import { bodySchema, type LogRecord } from "../../../src/log/record.ts";
import { factsOf } from "../../../src/report/player/chart-facts.ts";
import { logTrace } from "../../../src/report/player/log-trace.ts";
import { parseRecords, type ReadRecords } from "../../../src/report/player/read-records.ts";
import { replayInSimulation } from "../../../src/simulate/replay.ts";
import { foldTrace, simulated, violated } from "./simulated.ts";

const NAME = { id: "trace", title: "A trace" };
const whole = (records: readonly LogRecord[]): ReadRecords => ({ records, lines: [], notices: [] });
const text = (records: readonly LogRecord[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

const models = fc.constantFrom(...MODELS.keys()).map(findModel);

describe("the trace of a log", () => {
  test("folded up to any record it says what the state is there", () => {
    fc.assert(
      fc.property(
        models,
        fc.nat(5),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (model, seed, at) => {
          const records = simulated(model, seed);
          const trace = logTrace(NAME, whole(records));
          expect(trace.notices).toEqual([]);
          expect(trace.steps.map(({ record }) => record)).toEqual(
            records.slice(1).map(({ seq }) => seq),
          );
          const steps = Math.floor(at * trace.steps.length);
          const { facts, squares } = foldTrace(trace, steps);
          const always = new Map<string, string>();
          // Records that follow from one before them have their effect with that one.
          const start = bodySchema.parse(bodyOf(records[0]));
          if (start.kind !== "start") throw new Error("no start record");
          const rules = { properties: [], mutants: model.mutants };
          const there = replayInSimulation(start, records.slice(0, steps + 1), rules).simulation;
          const { session } = there;
          for (const [filename, { content }] of there.images) {
            for (const [square, tag] of squares.get(`image ${filename}`)?.entries() ?? []) {
              const size = start["cluster-size"];
              const bytes = content.subarray(square * size, (square + 1) * size);
              expect(tag === "zero", `${filename} ${square}`).toBe(
                Buffer.compare(bytes, zeros(bytes.length)) === 0,
              );
            }
          }
          for (const { description, state, clusters } of session.execution.nodes.values()) {
            const { name, node, cluster } = description;
            if (node !== null)
              expect(facts.get(`${name} as a whole`)).toBe(node.states[state]?.name);
            if (cluster === null) continue;
            for (const [index, number] of clusters.entries()) {
              const is = cluster.states[number];
              if (is === undefined) throw new Error("no such state");
              for (const fact of factsOf(cluster.name, is)) {
                const id = `node ${name} ${cluster.name} ${fact.name}`;
                const value = squares.get(id)?.[index] ?? always.get(id) ?? fact.value;
                // A fact that is always the same has no map.
                always.set(id, value);
                if (squares.has(id)) always.delete(id);
                expect(value).toBe(fact.value);
              }
            }
          }
          for (const { id } of session.graph.devices.values())
            expect(facts.has(`guest ${id}`)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("of every model that is violated marks a wrong read or a broken property at its end", () => {
    const broken = [...MODELS.values()].filter(({ expected }) => expected.verdict === "violated");
    for (const model of broken) {
      const trace = logTrace(NAME, whole(violated(model)));
      const last = trace.steps.at(-1);
      const judged = last?.judged.filter(({ status }) => status === "violated") ?? [];
      expect(judged, model.name).not.toEqual([]);
      expect(judged[0]?.why, model.name).not.toBe("");
      const { wrong } = last ?? {};
      if (/^a read.* has 0x/.test(judged[0]?.why ?? "")) expect(wrong, model.name).toBeTruthy();
    }
  });

  test("of R01 shows the guest's value where the image at the point in time belongs", () => {
    const trace = logTrace(NAME, whole(violated(breakSnapshotRace)));
    const wrong = trace.steps.at(-1)?.wrong;
    expect(wrong).toMatchObject({ lane: "reader reader", map: "image disk.raw" });
    expect(wrong?.found).toMatch(/^value \d+ of guest/);
    const { squares } = foldTrace(trace, trace.steps.length);
    for (const cluster of wrong?.clusters ?? []) {
      expect(squares.get("image disk.raw")?.[cluster]).toMatch(/of guest$/);
    }
    expect(trace.lanes.map(({ kind }) => kind)).toEqual([
      "administrator",
      "guest",
      "reader",
      "node",
      "image",
      "image",
    ]);
  });

  test("has only arrows between its lanes, and changes of its maps", () => {
    fc.assert(
      fc.property(models, fc.nat(20), (model, seed) => {
        const trace = logTrace(NAME, whole(simulated(model, seed)));
        const lanes = new Set(trace.lanes.map(({ id }) => id));
        for (const { lane, messages, wrong } of trace.steps) {
          expect(lanes).toContain(lane);
          for (const { from, to } of messages) {
            expect(lanes).toContain(from);
            expect(lanes).toContain(to);
          }
          if (model.expected.verdict === "holds") expect(wrong).toBeNull();
        }
        // What is called answers: nobody waits when a model is through.
        const ends = trace.steps.flatMap(({ messages }) => messages);
        const images = (kinds: string[], end: "from" | "to") =>
          ends.filter((m) => kinds.includes(m.kind) && m[end].startsWith("image ")).length;
        expect(images(["answer", "failure"], "from")).toBe(images(["call"], "to"));
      }),
      { numRuns: 20 },
    );
  });
});

describe("a log that is not whole", () => {
  const records = simulated(fleecing, 1);

  test("cut anywhere shows the records before the cut", () => {
    const log = Buffer.from(text(records));
    fc.assert(
      fc.property(fc.nat(log.length), (bytes) => {
        const read = parseRecords(log.subarray(0, bytes));
        const trace = logTrace(NAME, read);
        expect(trace.steps).toHaveLength(Math.max(0, read.records.length - 1));
        const terminated = bytes === 0 || log[bytes - 1] === 10 || log[bytes] === 10;
        expect(read.notices).toHaveLength(terminated ? 0 : 1);
      }),
      { numRuns: 30 },
    );
  });

  test("with a byte changed anywhere shows what comes before, and lines after it", () => {
    const log = Buffer.from(text(records.slice(0, 60)));
    fc.assert(
      fc.property(fc.nat(log.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(log);
        changed[at] = (changed[at] ?? 0) ^ change;
        const trace = logTrace(NAME, parseRecords(changed));
        expect(Array.isArray(trace.steps)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("of another version is shown as the lines that it has", () => {
    const other = text(records.slice(0, 20)).replaceAll('"v":1', '"v":7');
    const trace = logTrace(NAME, parseRecords(other));
    expect(trace.steps).toHaveLength(20);
    expect(trace.steps[3]?.line).toContain('"v":7');
    expect(trace.notices.join()).toMatch(/format version 7, expected 1/);
  });

  test("of a model that was renamed is shown, and judged by all properties", () => {
    const sink = new MemoryLog();
    for (const record of violated(breakSnapshotRace)) {
      const body = bodyOf(record);
      sink.append(bodySchema.parse("model" in body ? { ...body, model: "an-old-name" } : body));
    }
    const trace = logTrace(NAME, whole(sink.records));
    expect(trace.notices.join()).toMatch(/no model 'an-old-name' any more/);
    expect(trace.steps.at(-1)?.wrong).toMatchObject({ lane: "reader reader" });
  });

  test("that comes out differently has a state up to there, and then as it stands", () => {
    const sink = new MemoryLog();
    for (const record of records) {
      const body = bodyOf(record);
      const isRead = record.kind === "done" && record.digest !== undefined && record.seq > 60;
      sink.append(bodySchema.parse(isRead ? { ...body, digest: "0123456789abcdef" } : body));
    }
    const trace = logTrace(NAME, whole(sink.records));
    expect(trace.steps).toHaveLength(records.length - 1);
    expect(trace.notices.join()).toMatch(/There is no state after record \d+: record \d+ is/);
  });

  test("with no start record is a list of records", () => {
    const trace = logTrace(NAME, whole(records.slice(5, 9)));
    expect(trace.steps.length).toBe(3);
    expect(trace.notices.join()).toMatch(/does not begin with a start record/);
  });
});

function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}

function bodyOf(record: LogRecord | undefined): object {
  if (record === undefined) throw new Error("the log is empty");
  const { v: _v, seq: _seq, prev: _prev, ...body } = record;
  return body;
}
