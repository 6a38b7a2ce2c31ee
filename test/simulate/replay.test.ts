/**
 * A replay notices everything that is not as it was: a changed input, a changed consequence, a step
 * that cannot happen.
 */
import { describe, expect, test } from "vitest";
import { PROPERTIES } from "../../properties/index.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import type { LogBody, LogRecord } from "../../src/log/record.ts";
import { replayInSimulation } from "../../src/simulate/replay.ts";
import { io, setUp, start } from "../support/fleecing-graph.ts";
import { simulateScript } from "../support/script.ts";

const options = { properties: [...PROPERTIES.values()], mutants: [] };

/** The log of a guest write and a view read, with its bodies changed and chained anew. */
function changed(change: (bodies: LogBody[]) => LogBody[]): readonly LogRecord[] {
  const script = [...setUp(), io("guest", "write", 1, 0xaa), io("reader0", "read", 1)];
  const { log } = simulateScript(start("proposed"), script);
  const bodies = log.records.map(({ v: _v, seq: _seq, prev: _prev, ...body }): LogBody => body);
  const again = new MemoryLog();
  for (const body of change(bodies)) again.append(body);
  return again.records;
}

const replay = (records: readonly LogRecord[]) =>
  replayInSimulation(start("proposed"), records, options);

const map = (change: (body: LogBody) => LogBody) => (bodies: LogBody[]) => bodies.map(change);

describe("replay", () => {
  test("of an unchanged log derives the same log", () => {
    const records = changed((bodies) => bodies);
    expect(replay(records).derived.records).toEqual(records);
  });

  test("keeps notes", () => {
    const records = changed((bodies) => [...bodies, { kind: "note", text: "the end" }]);
    expect(replay(records).derived.records).toEqual(records);
  });

  test("notices a digest that is not what was read", () => {
    const records = changed(
      map((body) =>
        body.kind === "done" && body.digest !== undefined
          ? { ...body, digest: "0123456789abcdef" }
          : body,
      ),
    );
    expect(() => replay(records)).toThrow(/record \d+ is .*0123456789abcdef.*but replaying/);
  });

  test("does not notice a changed payload that nobody read", () => {
    const records = changed(
      map((body) => (body.kind === "io" && body.data ? { ...body, data: { byte: 1 } } : body)),
    );
    // The view does not show what the guest wrote: only a guest's read would have noticed.
    expect(() => replay(records)).not.toThrow();
  });

  test("notices a command that was accepted and no longer is", () => {
    const records = changed(
      map((body) =>
        body.kind === "qmp" && body.execute === "qom-set"
          ? { ...body, arguments: { ...body.arguments, value: "nobody" } }
          : body,
      ),
    );
    expect(() => replay(records)).toThrow(/node-name='nobody'/);
  });

  test("notices a step of an agent that is not there", () => {
    const records = changed(
      map((body) => (body.kind === "step" ? { ...body, agent: body.agent + 40 } : body)),
    );
    expect(() => replay(records)).toThrow(/names agent 4\d, which is not in flight there/);
  });

  test("notices a step that is not enabled", () => {
    const records = changed(
      map((body) =>
        body.kind === "step" ? { kind: "step", agent: body.agent, event: "WAKE" } : body,
      ),
    );
    expect(() => replay(records)).toThrow(/lets agent \d take WAKE, which it cannot there/);
  });

  test("notices an unknown profile", () => {
    const bad = { ...start("proposed"), profile: "qemu-0.9" };
    expect(() => replayInSimulation(bad, [], options)).toThrow(/profile 'qemu-0.9'; known are/);
  });
});
