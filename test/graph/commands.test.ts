/**
 * What holds for every graph command: a refused one changes nothing, an allowed one gives a graph
 * that is still one, and whatever a user sends is answered with a sentence.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DRIVERS } from "../../src/drivers/registry.ts";
import { BlockgraphError } from "../../src/error.ts";
import { COMMANDS } from "../../src/graph/commands.ts";
import {
  type Edge,
  EMPTY_GRAPH,
  type Graph,
  type JsonObject,
  parentEdges,
} from "../../src/graph/graph.ts";
import { apply, built, commandArbitrary, context, refused } from "../support/graph.ts";
import { thrownBy } from "../support/refusal.ts";

/** Whether a user without a name is that of a job, or of one that QEMU forgot (F19). */
function worksFor({ jobs }: Graph, name: string): boolean {
  return / forgotten$/.test(name) || jobs.has(name.split(" ")[0] ?? "");
}

/** Everything in a graph, frozen: a command that changes it in place throws a TypeError. */
function frozen(graph: Graph): Graph {
  const { nodes, edges, devices, exports } = graph;
  for (const value of [...nodes.values(), ...edges, ...devices.values(), ...exports.values()]) {
    for (const inner of Object.values(value)) Object.freeze(inner);
    Object.freeze(value);
  }
  for (const map of [nodes, devices, exports]) {
    for (const change of ["set", "delete", "clear"]) {
      Object.defineProperty(map, change, { value: refuseChange, configurable: true });
    }
  }
  Object.freeze(edges);
  return Object.freeze(graph);
}

function refuseChange(): never {
  throw new TypeError("a graph was changed in place");
}

/** The parts of a graph, for comparison with what it is later. */
function snapshot({ nodes, edges, devices, exports, autoNames }: Graph) {
  const parts = [[...nodes], edges, [...devices], [...exports], autoNames];
  return structuredClone(parts);
}

/** What is wrong with a graph; nothing, if the commands are right. */
function flaws(graph: Graph): string[] {
  const found: string[] = [];
  for (const { parent, name, child } of graph.edges) {
    const parents = {
      ...{ node: graph.nodes, device: graph.devices },
      ...{ export: graph.exports, job: graph.jobs, backend: new Set(["block_resize"]) },
    };
    const works = parent.kind === "backend" && worksFor(graph, parent.name);
    if (!works && !parents[parent.kind].has(parent.name))
      found.push(`${name} of ${parent.name}: no parent`);
    if (!graph.nodes.has(child)) found.push(`${name} of ${parent.name}: no child ${child}`);
  }
  for (const { name, driver } of graph.nodes.values()) {
    const own = graph.edges.filter(
      (edge) => edge.parent.kind === "node" && edge.parent.name === name,
    );
    const names = own.map((edge) => edge.name);
    const slots = DRIVERS.get(driver)?.children ?? [];
    const numbered = (edge: string) => edge.replace(/[.]\d+$/, "");
    const missing = slots.filter(
      (slot) => slot.optional !== true && !names.map(numbered).includes(slot.name),
    );
    const extra = names.filter((edge) => !slots.some((slot) => slot.name === numbered(edge)));
    if (missing.length + extra.length > 0 || new Set(names).size < names.length) {
      found.push(`${name} has not the children of ${driver}`);
    }
  }
  for (const entry of [...graph.devices.keys(), ...graph.exports.keys()]) {
    const roots = graph.edges.filter(
      ({ parent }) => parent.kind !== "node" && parent.name === entry,
    );
    if (roots.length !== 1) found.push(`${entry} has ${roots.length} roots`);
  }
  return [...found, ...[...graph.nodes.keys()].filter((name) => reaches(graph, name, name))];
}

function drawnEdge({ parent, name, child }: Edge): string {
  return `${parent.kind} ${parent.name} -${name}-> ${child}`;
}

function reaches(graph: Graph, from: string, to: string): boolean {
  return graph.edges.some(
    ({ parent, child }) =>
      parent.kind === "node" && parent.name === from && (child === to || reaches(graph, child, to)),
  );
}

/** The graph after the commands, those that are refused left out. */
function graphAfter(commands: readonly { execute: string; arguments: JsonObject }[]): Graph {
  return commands.reduce((graph, command) => {
    const error = thrownBy(() => apply(graph, command.execute, command.arguments));
    return error === undefined ? apply(graph, command.execute, command.arguments) : graph;
  }, EMPTY_GRAPH);
}

const commands = fc.array(commandArbitrary, { minLength: 10, maxLength: 60 });

describe("any sequence of commands", () => {
  test("is refused or obeyed, and the graph before it stays what it was", () => {
    let allowed = 0;
    fc.assert(
      fc.property(commands, (sequence) => {
        let graph = EMPTY_GRAPH;
        for (const { execute, arguments: args } of sequence) {
          const before = snapshot(graph);
          const given = structuredClone(args);
          const held = frozen({ ...graph });
          let next = held;
          const error = thrownBy(() => {
            next = apply(held, execute, args);
          });
          expect(snapshot(held)).toEqual(before);
          expect(args).toEqual(given);
          if (error === undefined) allowed++;
          else expect(error).toHaveProperty("code", "graph-refused");
          graph = next;
        }
      }),
      { numRuns: 300 },
    );
    expect(allowed).toBeGreaterThan(300);
  });

  test("keeps the graph whole: children as the driver has them, one root each, no cycle", () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        expect(flaws(graphAfter(sequence))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("leaves no node that nobody owns and nobody uses", () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const graph = graphAfter(sequence);
        const lost = [...graph.nodes.values()].filter(
          ({ name, monitorOwned }) => !monitorOwned && parentEdges(graph, name).length === 0,
        );
        expect(lost).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test("puts new edges in front of the old ones", () => {
    fc.assert(
      fc.property(commands, commandArbitrary, (sequence, { execute, arguments: args }) => {
        const graph = graphAfter(sequence);
        const error = thrownBy(() => apply(graph, execute, args));
        if (error !== undefined) return;
        const { edges } = apply(graph, execute, args);
        const [old, now] = [graph.edges, edges].map((each) => each.map(drawnEdge));
        const kept = old?.filter((edge) => now?.includes(edge)) ?? [];
        expect(now?.slice(now.length - kept.length)).toEqual(kept);
      }),
      { numRuns: 300 },
    );
  });
});

describe("whatever a user sends", () => {
  const graph = built(
    ["blockdev-add", { driver: "null-co", "node-name": "n" }],
    ["blockdev-add", { driver: "raw", "node-name": "r", file: "n" }],
    ["device_add", { driver: "scsi-hd", id: "d", drive: "r" }],
    ["block-export-add", { type: "nbd", id: "e", "node-name": "r" }],
  );
  const known = [
    "driver",
    "node-name",
    "file",
    "target",
    "filename",
    "size",
    "offset",
    "read-only",
    "discard",
    "id",
    "drive",
    "path",
    "property",
    "value",
    "type",
    "writable",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
  ];
  const words = fc.constantFrom(
    ...["n", "r", "d", "e", "raw", "null-co", "file", "nbd", "scsi-hd", "drive", ...known],
    "/machine/peripheral/d",
    "x".repeat(40),
    "",
    "#block0",
    "copy-before-write",
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: "medium" },
      words,
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom(-1, 0.5, 1e30, 2 ** 53, -0),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.array(fc.tuple(fc.constantFrom(...known), tie("value"))).map(asJson),
    ),
  }));
  /** An object with these members, as JSON.parse makes it: `__proto__` is a name like any other. */
  function asJson(members: readonly (readonly [string, unknown])[]): unknown {
    const text = members.map(([key, inner]) => `${JSON.stringify(key)}:${JSON.stringify(inner)}`);
    return JSON.parse(`{${text.join(",")}}`);
  }
  const args = fc.oneof(
    value,
    fc.array(fc.tuple(fc.constantFrom(...known), value), { maxLength: 6 }).map(asJson),
  );

  test.for([...COMMANDS.keys(), "blockdev-explode", "__proto__", "constructor"])(
    "with %s, is obeyed or refused in one line",
    (execute) => {
      fc.assert(
        fc.property(args, (given) => {
          const error = thrownBy(() => apply(graph, execute, given as JsonObject));
          if (error === undefined) return;
          expect(error).toBeInstanceOf(BlockgraphError);
          expect(error).toHaveProperty("code", "graph-refused");
          const { message } = error as BlockgraphError;
          expect(message).not.toBe("");
          // A name that the user broke over lines is quoted as it came, as QEMU does.
          if (!JSON.stringify(given).includes("\\n")) expect(message).not.toContain("\n");
        }),
        { numRuns: 400 },
      );
    },
  );

  test.for(["__proto__", "constructor", "toString"])("an option named %s is unexpected", (name) => {
    const option = JSON.parse(`{"driver":"null-co","node-name":"x","${name}":1}`);
    expect(refused(graph, "blockdev-add", option)).toBe(`Parameter '${name}' is unexpected`);
    const nested = JSON.parse(
      `{"driver":"raw","node-name":"x","file":{"driver":"null-co","${name}":1}}`,
    );
    expect(refused(graph, "blockdev-add", nested)).toBe(`Parameter 'file.${name}' is unexpected`);
    const id = JSON.parse(`{"id":"e","${name}":1}`);
    expect(refused(graph, "block-export-del", id)).toBe(`Parameter '${name}' is unexpected`);
  });

  test.for(["__proto__", "constructor", "toString"])("nothing is named %s by itself", (name) => {
    const driver = { driver: name, "node-name": "x" };
    expect(refused(graph, "blockdev-add", driver)).toBe(
      `Parameter 'driver' does not accept value '${name}'`,
    );
    expect(refused(graph, "blockdev-del", { "node-name": name })).toBe(
      `Failed to find node with node-name='${name}'`,
    );
    expect(refused(graph, "block-export-del", { id: name })).toBe(`Export '${name}' is not found`);
    expect(refused(graph, "device_del", { id: name })).toBe(`Device '${name}' not found`);
    expect(refused(graph, name, {})).toBe(`The command ${name} has not been found`);
  });

  test("a node may be called constructor, as in QEMU", () => {
    const added = apply(graph, "blockdev-add", { driver: "null-co", "node-name": "constructor" });
    const raw = { driver: "raw", "node-name": "above", file: "constructor" };
    const above = apply(added, "blockdev-add", raw);
    expect(parentEdges(above, "constructor")).toHaveLength(1);
  });

  test.for(["size", "node-name", "driver", "bogus"])(
    "1,000 lists inside %s are refused",
    (name) => {
      const deep = JSON.parse(`${"[".repeat(1000)}${"]".repeat(1000)}`);
      const given = { driver: "null-co", "node-name": "x", [name]: deep };
      expect(refused(graph, "blockdev-add", given)).toMatch(new RegExp(`^\\w.*'${name}'`));
    },
  );

  test.for([null, [], "text", 7, true])("arguments that are %j are refused", (given) => {
    for (const execute of COMMANDS.keys()) {
      if (context.profile.absent.has(execute)) continue;
      const error = thrownBy(() => apply(graph, execute, given as never));
      expect(error).toHaveProperty("message", "QMP input member 'arguments' must be an object");
    }
  });
});
