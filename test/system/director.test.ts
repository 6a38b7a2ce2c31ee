/**
 * The director does what is meant and nothing else: it finds requests by who sent them, their tasks
 * by where they are, and refuses what nobody can do, without a trace in the log.
 */
import { describe, expect, test } from "vitest";
import { guestOnDisk, startFleecing } from "../../models/graph.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { Simulation } from "../../src/simulate/simulation.ts";
import { type AgentPlace, type Direction, Director } from "../../src/system/director.ts";
import type { RequestSpec } from "../../src/system/request-spec.ts";
import { CLUSTER, start } from "../support/fleecing-graph.ts";
import { refusal } from "../support/refusal.ts";

/** A simulation of the small graph with its view in place, and a director for it. */
function directed() {
  const log = new MemoryLog();
  const properties = [...PROPERTIES.values()];
  const simulation = new Simulation(start("proposed"), { properties, mutants: [], sink: log });
  const director = new Director(simulation.session);
  const take = (direction: Direction) => simulation.run(director.take(direction));
  const commands = [...guestOnDisk, ...startFleecing(["reader0", "reader1"])];
  take({ kind: "commands", phases: [{ kind: "commands", commands }] });
  return { director, take, log, simulation };
}

/** A guest's write of two clusters, which copies them first. */
const write: RequestSpec = {
  through: "guest",
  operation: "write",
  offset: 0,
  length: 2 * CLUSTER,
  data: { byte: 0xaa },
};
const guest = { actor: "guest", slot: 0 };
const request: AgentPlace = { kind: "request", request: guest };
const copy = (cluster: number): AgentPlace => ({
  kind: "task",
  owner: request,
  offset: cluster * CLUSTER,
});

function step(agent: AgentPlace, event: "DONE" | "WAKE" | "TIMEOUT" = "DONE"): Direction {
  return { kind: "step", agent, event, errno: null, status: null, zeros: () => 0 };
}

function withWrite() {
  const made = directed();
  made.take({ kind: "request", place: guest, request: write });
  return made;
}

describe("agents are found", () => {
  test("by the request that they serve, and the cluster that they copy", () => {
    const { director } = withWrite();
    const [all, first, second] = [request, copy(0), copy(1)].map((place) => director.find(place));
    expect(all).toMatchObject({ request: 0, blocked: "join" });
    expect(first?.call).toMatchObject({ image: "disk.raw", offset: 0, length: CLUSTER });
    expect(second?.call).toMatchObject({ image: "disk.raw", offset: CLUSTER });
  });

  test("a slot that is used again means the newer request", () => {
    const { director, take } = directed();
    const read: RequestSpec = { through: "reader0", operation: "read", offset: 0, length: CLUSTER };
    const place = { actor: "reader", slot: 1 };
    const reader: AgentPlace = { kind: "request", request: place };
    take({ kind: "request", place, request: read });
    expect(director.find(reader).request).toBe(0);
    take(step(reader));
    expect(refusal("log-not-enabled", () => director.find(reader))).toContain("request 1 of");
    take({ kind: "request", place, request: read });
    expect(director.find(reader).request).toBe(1);
  });
});

describe("steps", () => {
  test("are taken by who is meant, in any order", () => {
    const { take, log, director } = withWrite();
    const [, second] = [copy(0), copy(1)].map((place) => director.find(place).id);
    take(step(copy(1)));
    expect(log.records.at(-1)).toMatchObject({ kind: "step", agent: second, event: "DONE" });
    // A copy first asks whether there is anything to copy: the one went on, the other did not.
    expect(director.find(copy(1)).call).toMatchObject({ operation: "read", offset: CLUSTER });
    expect(director.find(copy(0)).call).toMatchObject({ operation: "block-status", offset: 0 });
  });

  test("fail where an error is given, and the log says so", () => {
    const { take, log, director } = withWrite();
    const { id } = director.find(copy(0));
    take({
      kind: "step",
      agent: copy(0),
      event: "DONE",
      errno: "EIO",
      status: null,
      zeros: () => 0,
    });
    expect(log.records).toContainEqual(
      expect.objectContaining({ kind: "fault", agent: id, errno: "EIO" }),
    );
  });
});

describe("what nobody can do is refused, and leaves no trace in the log", () => {
  test.each<[string, Direction, string]>([
    [
      "a slot without a request",
      step({ kind: "request", request: { actor: "guest", slot: 1 } }),
      "request 1 of 'guest'",
    ],
    [
      "somebody unknown",
      step({ kind: "request", request: { actor: "ghost", slot: 0 } }),
      "request 0 of 'ghost'",
    ],
    ["a task that is not there", step(copy(2)), "task at byte 131072 of request 0 of 'guest'"],
    [
      "a task of a task",
      step({ kind: "task", owner: copy(0), offset: 0 }),
      "task at byte 0 of task at byte 0",
    ],
    [
      "a task in the background",
      step({ kind: "background", node: "hook", offset: 0, state: "saving" }),
      "task of node 'hook' at byte 0 in the background",
    ],
    ["an answer to who waits for tasks", step(request), "cannot take DONE now"],
    ["waking who is not asleep", step(copy(0), "WAKE"), "cannot take WAKE now"],
    ["a time-out of who has none", step(request, "TIMEOUT"), "cannot take TIMEOUT now"],
  ])("%s", (_, direction, problem) => {
    const { take, log } = withWrite();
    const before = log.records.length;
    expect(refusal("log-not-enabled", () => take(direction))).toContain(problem);
    expect(log.records).toHaveLength(before);
  });

  test("a command that the graph refuses", () => {
    const { take } = directed();
    const commands = [{ execute: "blockdev-del", arguments: { "node-name": "nobody" } }];
    const phases = [{ kind: "commands", commands }] as const;
    expect(refusal("graph-refused", () => take({ kind: "commands", phases }))).toContain(
      "blockdev-del was refused",
    );
  });
});
